// Package widgets has the parts that tabs are made of: they show state and call
// back, start nothing by themselves and know nothing of engines.
package widgets
