package operations

import (
	"runtime"
	"runtime/debug"
)

// Versions says what is judging.
type Versions struct {
	Go         string   `json:"go"`
	Chromem    string   `json:"chromem"`
	Platform   string   `json:"platform"`
	Operations []string `json:"operations"`
}

func init() {
	Register("version", func(struct{}) (Versions, error) {
		return Versions{
			Go:         runtime.Version(),
			Chromem:    moduleVersion("github.com/philippgille/chromem-go"),
			Platform:   runtime.GOOS + "/" + runtime.GOARCH,
			Operations: Names(),
		}, nil
	})
}

func moduleVersion(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == path {
				return module.Version
			}
		}
	}
	return "unknown"
}
