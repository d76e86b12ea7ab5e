// Package all imports every package of operations, one file each, so that both
// faces of the module offer the same ones.
package all
