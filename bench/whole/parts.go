//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters/discordtest"
	"newsbell/adapters/telegramtest"
	"newsbell/internal/cputime"
)

// The parts are processes of their own: this program, called by one of these names. A
// part ends with its standard input.
const (
	telegramPart = "part-telegram"
	discordPart  = "part-discord"
	barePart     = "part-bare"
)

func isPart(name string) bool {
	return name == telegramPart || name == discordPart || name == barePart
}

func runPart(name string, args []string) error {
	switch name {
	case barePart:
		return askBare(args)
	case telegramPart:
		return serveTelegram(args)
	default:
		return serveDiscord(args)
	}
}

// platform is what a fake tells the driver of itself.
type platform struct {
	Token, APIURL, GatewayURL string
	People                    []string // their ids
}

// serveTelegram has as many people as asked for, each of whom wrote to the bot long ago.
func serveTelegram(args []string) error {
	people, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}

	tg := telegramtest.New(telegramtest.Options{Flood: true})

	p := platform{Token: tg.Token()}
	if p.APIURL, err = tg.Listen(); err != nil {
		return err
	}

	for i := range people {
		u := tg.NewUser(fmt.Sprint("Reader ", i))
		u.Says("/start") // bots may not write first

		p.People = append(p.People, fmt.Sprint(u.ID))
	}

	// What they wrote was read by an earlier run of the bot.
	resp, err := http.Get(fmt.Sprintf("%s/bot%s/getUpdates?offset=999999999", p.APIURL, p.Token))
	if err != nil {
		return err
	}

	resp.Body.Close()

	return announce(p)
}

func serveDiscord(args []string) error {
	people, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}

	d := discordtest.Start(discordtest.Options{})

	p := platform{Token: d.Token, APIURL: d.APIURL, GatewayURL: d.GatewayURL}
	for i := range people {
		p.People = append(p.People, d.Person(fmt.Sprint("Reader ", i)).ID)
	}

	return announce(p)
}

// announce prints what the driver has to know, and waits until the driver ends.
func announce(p platform) error {
	if err := json.NewEncoder(os.Stdout).Encode(p); err != nil {
		return err
	}

	_, err := io.Copy(io.Discard, os.Stdin)

	return err
}

// askBare asks feeds for nothing new, as net/http does it without further ado: so many a
// second, one after the other. It prints its processor time of one request.
func askBare(args []string) error {
	rate, err := strconv.ParseFloat(args[0], 64)
	if err != nil {
		return err
	}

	lasts, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}

	addresses := args[2:]
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConns: 256, MaxIdleConnsPerHost: 2}}

	ask := func(i int) error {
		req, err := http.NewRequest(http.MethodGet, addresses[i%len(addresses)], nil)
		if err != nil {
			return err
		}

		req.Header.Set("X-Unchanged", "1")

		resp, err := client.Do(req)
		if err != nil {
			return err
		}

		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()

		return err
	}

	for i := range addresses { // connections are made before the measure
		if err := ask(i); err != nil {
			return err
		}
	}

	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()

	n, before := 0, cputime.Used()

	for end := time.Now().Add(lasts); time.Now().Before(end); n++ {
		<-tick.C

		if err := ask(n); err != nil {
			return err
		}
	}

	_, err = fmt.Println((cputime.Used() - before) / time.Duration(n))

	return err
}

// part is a running part, as the driver sees it.
type part struct {
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

func startPart(name string, args ...string) (*part, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}

	p := &part{cmd: exec.Command(self, append([]string{name}, args...)...)}
	p.cmd.Stderr = os.Stderr

	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}

	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}

	p.out = bufio.NewReader(out)

	return p, p.cmd.Start()
}

// startPlatform starts a fake and reads what it says of itself.
func startPlatform(name string, people int) (*part, platform, error) {
	var is platform

	p, err := startPart(name, strconv.Itoa(people))
	if err != nil {
		return nil, is, err
	}

	if err := json.NewDecoder(p.out).Decode(&is); err != nil {
		p.end()
		return nil, is, fmt.Errorf("%s does not start: %w", name, err)
	}

	return p, is, nil
}

// line waits for a line that the part prints.
func (p *part) line() (string, error) {
	line, err := p.out.ReadString('\n')
	return strings.TrimSpace(line), err
}

// end ends the part and waits for it.
func (p *part) end() {
	p.in.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}
