// Package e2e drives the built program in a real window on a virtual display.
// Its tests need Xvfb, xdotool and a D-Bus daemon; those that launch containers
// also need an engine.
package e2e
