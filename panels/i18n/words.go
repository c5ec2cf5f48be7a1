package i18n

// fyneWords are the keys of all words that Fyne v2.8.1 shows by itself; both
// language files hold them, and a test compares this table with Fyne's.
var fyneWords = []string{
	"Advanced",
	"Cancel",
	"Confirm",
	"Copy",
	"Create Folder",
	"Cut",
	"Enter filename",
	"Error",
	"Favourites",
	"File",
	"Folder",
	"New Folder",
	"No",
	"OK",
	"Open",
	"Paste",
	"Quit",
	"Redo",
	"Save",
	"Select all",
	"Show Hidden Files",
	"Undo",
	"Yes",
	"file.name",
	"file.parent",
	"friday",
	"friday.short",
	"monday",
	"monday.short",
	"saturday",
	"saturday.short",
	"sunday",
	"sunday.short",
	"thursday",
	"thursday.short",
	"tuesday",
	"tuesday.short",
	"wednesday",
	"wednesday.short",
}

// fyneLocales are the languages that Fyne v2.8.1 brings files for.
var fyneLocales = []string{
	"zh_Hans", "en", "cs", "de", "el", "es", "fr", "ja", "pl", "pt", "pt_BR", "ru", "sv", "ta", "uk",
}
