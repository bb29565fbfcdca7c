package discordtest

import "encoding/json"

// command is a registered slash command.
type command struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Type        int      `json:"type"`
	Description string   `json:"description"`
	Options     []option `json:"options"`
	Rights      *string  `json:"default_member_permissions"`
	Contexts    *[]int   `json:"contexts"`
	Installs    *[]int   `json:"integration_types"`
	App         string   `json:"application_id"`
	Version     string   `json:"version"`
}

type option struct {
	Type         int      `json:"type"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Required     bool     `json:"required,omitempty"`
	Autocomplete bool     `json:"autocomplete,omitempty"`
	Choices      []choice `json:"choices,omitempty"`
	Options      []option `json:"options,omitempty"`
	ChannelTypes []int    `json:"channel_types,omitempty"`
}

type choice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

func (c *call) mine() *refusal {
	if c.path("application") != c.f.app {
		return errApplication
	}

	return nil
}

func (f *Fake) getCommands(c *call) (int, any, *refusal) {
	if err := c.mine(); err != nil {
		return 0, nil, err
	}

	return 200, f.commands, nil
}

func (f *Fake) putCommands(c *call) (int, any, *refusal) {
	if err := c.mine(); err != nil {
		return 0, nil, err
	}

	var next []command
	if json.Unmarshal(c.raw, &next) != nil {
		return 0, nil, errJSON
	}

	if err := commandRules(next); err != nil {
		return 0, nil, err
	}

	for i := range next {
		next[i].ID, next[i].App, next[i].Version = f.id(), f.app, f.id()
		if next[i].Type == 0 {
			next[i].Type = 1
		}

		for _, old := range f.commands {
			if old.Name == next[i].Name && old.Type == next[i].Type {
				next[i].ID = old.ID
			}
		}
	}

	f.commands = next
	f.registered++

	return 200, f.commands, nil
}

// Commands returns the names of the registered commands.
func (f *Fake) Commands() []string {
	f.mu.Lock()
	defer f.mu.Unlock()

	var names []string
	for _, c := range f.commands {
		names = append(names, c.Name)
	}

	return names
}

// AwaitCommands waits until commands are registered.
func (f *Fake) AwaitCommands() {
	f.await("commands to be registered", func() bool { return f.registered > 0 })
}
