module pygob.dev/gohelper

go 1.21

require (
	github.com/google/uuid v1.6.0
	github.com/philippgille/chromem-go v0.7.0
)
