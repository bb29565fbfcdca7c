package systemtest

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"newsbell/cli/config"
)

// TestTheComposeFiles: every service of Newsbell in them has an environment that the program takes and the
// time that it takes to stop, as the systemd unit gives it; those that share a server have names of their own.
func TestTheComposeFiles(t *testing.T) {
	for file, want := range map[string]int{"compose.yaml": 1, "compose.postgres.yaml": 3} {
		body, err := os.ReadFile("../packaging/" + file)
		if err != nil {
			t.Fatal(err)
		}

		var compose struct {
			Services map[string]struct {
				Build, Image string
				Environment  map[string]string
				DependsOn    map[string]struct{ Condition string } `yaml:"depends_on"`
				Volumes      []string
				StopIn       string `yaml:"stop_grace_period"`
			}
			Volumes map[string]any
		}
		if err := yaml.Unmarshal(body, &compose); err != nil {
			t.Fatalf("%s: %v", file, err)
		}

		names := map[string]bool{}

		for name, service := range compose.Services {
			for on := range service.DependsOn {
				if _, there := compose.Services[on]; !there {
					t.Errorf("%s: %s depends on %s, which is not there", file, name, on)
				}
			}

			for _, v := range service.Volumes {
				if _, there := compose.Volumes[strings.Split(v, ":")[0]]; !there {
					t.Errorf("%s: %s has volume %s, which is not there", file, name, v)
				}
			}

			if service.Build != ".." {
				continue
			}

			c := configOf(t, service.Environment)
			if file == "compose.postgres.yaml" && (!strings.HasPrefix(c.Database, "postgres://newsbell@postgres/newsbell") || c.Process.Name != name) {
				t.Errorf("%s: %s has database %s and is called %s", file, name, c.Database, c.Process.Name)
			}

			if unit := unitSetting(t, "TimeoutStopSec"); service.StopIn != unit+"s" {
				t.Errorf("%s: %s is killed after %q, the systemd unit after %s s", file, name, service.StopIn, unit)
			}

			names[name+c.Process.Name] = true
		}

		if len(names) != want {
			t.Errorf("%s: %d Newsbells, want %d", file, len(names), want)
		}
	}
}

// unitSetting returns what the systemd unit sets something to.
func unitSetting(t *testing.T, name string) string {
	t.Helper()

	unit, err := os.ReadFile("../packaging/newsbell.service")
	if err != nil {
		t.Fatal(err)
	}

	found := regexp.MustCompile(`(?m)^` + name + `=(.*)$`).FindSubmatch(unit)
	if found == nil {
		t.Fatalf("the systemd unit has no %s", name)
	}

	return string(found[1])
}

// configOf reads the configuration of an environment in which nothing else is set.
func configOf(t *testing.T, environment map[string]string) config.Config {
	t.Helper()

	variable := regexp.MustCompile(`\$\{[A-Z_]+:([-?])[^}]*\}`)

	var all []string

	for name, value := range environment {
		all = append(all, name+"="+variable.ReplaceAllStringFunc(value, func(v string) string {
			return map[bool]string{true: "secret"}[variable.FindStringSubmatch(v)[1] == "?"]
		}))
	}

	c, err := config.Load("", all)
	if err != nil || len(c.Warnings) > 0 {
		t.Fatalf("%v, %q", err, c.Warnings)
	}

	return c
}
