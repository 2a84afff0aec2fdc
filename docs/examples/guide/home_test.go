package home

import (
	"os"
	"testing"
)

func TestHome(t *testing.T) {
	os.Setenv("HOME", "/nowhere")
	t.Run("empty", func(t *testing.T) {
		os.Setenv("HOME", "")
	})
}
