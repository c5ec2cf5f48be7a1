#import <Cocoa/Cocoa.h>
#import <objc/runtime.h>

extern void tackleboxReopened(void);

static BOOL tackleboxHandleReopen(id self, SEL command, NSApplication *application, BOOL visible) {
	tackleboxReopened();
	return NO;
}

// Adds the method to GLFW's delegate, which does not have it.
void tackleboxInstallReopen(void) {
	id delegate = [NSApp delegate];
	if (delegate == nil) {
		return;
	}
	class_addMethod([delegate class], @selector(applicationShouldHandleReopen:hasVisibleWindows:),
		(IMP)tackleboxHandleReopen, "c@:@c");
}
