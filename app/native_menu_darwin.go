package app

// nativeMenu is true where the main menu stands outside the window.
const nativeMenu = true
