package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/webhook"
)

// webhookTries is how often a webhook of ours is asked to end before we ask for updates all
// the same: a server need not know how.
const webhookTries = 2

// endWebhook ends a webhook of ours from before: from now on we ask.
func (p *poller) endWebhook(ctx context.Context, tries int) {
	if p.a.loadCursor(ctx, webhookCursor) == "" {
		return
	}

	var err error

	for try := range tries {
		if try > 0 {
			sleep(ctx, backoff(try))
		}

		err = p.a.client.Call(ctx, optionalTimeout, "deleteWebhook", nil, nil)
		if err == nil || botapi.IsMissingMethod(err) {
			p.a.saveCursor(ctx, webhookCursor, "")
			return
		}
	}

	if ctx.Err() == nil && !p.hookStays {
		p.hookStays = true
		p.a.log.Warn(logHookStays, "err", err)
	}
}

// runWebhook takes the updates that the server posts until ctx ends. The error is that of
// an address at which it cannot listen.
func (p *poller) runWebhook(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", p.a.cfg.Webhook.Listen)
	if err != nil {
		p.workers.wg.Wait()
		return sentence(fmt.Sprintf(sayCannotListen, err))
	}

	stopped := make(chan struct{})
	hook := p.a.cfg.Webhook.Address
	receiver := &webhook.Receiver{Address: hook, Secret: webhook.SecretOf(p.a.cfg.Token, hook), Log: p.a.log, Take: func(update json.RawMessage) bool {
		return p.receive(ctx, stopped, update)
	}}

	var serving errgroup.Group

	serving.Go(func() error { return receiver.Serve(ctx, listener) })
	p.a.log.Info("Telegram posts updates", "listen", listener.Addr().String())
	p.keepWebhook(ctx, receiver.Secret)
	p.workers.wg.Wait()
	close(stopped)

	return serving.Wait()
}

// receive has one update handled and reports whether it was. One that is posted again waits
// for the first.
func (p *poller) receive(ctx context.Context, stopped <-chan struct{}, update json.RawMessage) bool {
	p.receiving.Lock() // workers must not begin while Run waits for them

	if ctx.Err() != nil {
		p.receiving.Unlock()
		return false
	}

	p.dispatch(ctx, []json.RawMessage{update})
	p.receiving.Unlock()

	id, ok := botapi.UpdateID(update)
	if !ok {
		return true // nothing that could be handled
	}

	done := p.offsets.Handled(id)
	if done == nil {
		return true
	}

	select {
	case <-done:
		return true
	case <-stopped:
		return p.offsets.Handled(id) == nil
	}
}

// keepWebhook has the server post to us, and looks every minute whether it does.
func (p *poller) keepWebhook(ctx context.Context, secret string) {
	for set := false; ctx.Err() == nil; {
		var err error
		if !set {
			err = p.setWebhook(ctx, secret)
		}

		if err == nil {
			set, err = p.checkWebhook(ctx)
		}

		wait := adapters.ListeningEvery

		if api, ok := errors.AsType[*botapi.Error](err); ok && api.Code == http.StatusBadRequest {
			p.health.noteRival(ctx, logHookFails, api) // the server does not like the address
		} else if err != nil {
			wait = p.health.noteFailure(ctx, err)
		}

		sleep(ctx, wait)
	}

	p.receiving.Lock() // what is being handed out is
	defer p.receiving.Unlock()
}

func (p *poller) setWebhook(ctx context.Context, secret string) error {
	me, hook := p.a.identity(), p.a.cfg.Webhook.Address
	p.a.saveCursor(ctx, webhookCursor, hook)

	return p.a.client.Call(ctx, sendTimeout, "setWebhook", botapi.Params{
		"url": hook, "secret_token": secret, "allowed_updates": botapi.AllowedUpdates(&me), "max_connections": webhookPosts,
	}, nil)
}

// webhookTrouble is how long ago the server's last problem with us still is one.
const webhookTrouble = 2 * time.Minute

// checkWebhook asks the server how its posts fare, and notes that. set is false if it does
// not post anywhere any more.
func (p *poller) checkWebhook(ctx context.Context) (set bool, err error) {
	var info struct {
		URL     string            `json:"url"`
		ErrorAt botapi.LenientInt `json:"last_error_date"`
		Error   string            `json:"last_error_message"`
		Pending botapi.LenientInt `json:"pending_update_count"`
	}

	switch err := p.a.callOptional(ctx, "getWebhookInfo", nil, &info); {
	case errors.Is(err, errUnavailable) || botapi.IsMissingMethod(err):
		p.health.noteSuccess(ctx) // this server does not tell
		return true, nil
	case err != nil:
		return true, err
	}

	switch {
	case info.URL == "":
		return false, nil
	case info.URL != p.a.cfg.Webhook.Address:
		p.health.noteRival(ctx, logOtherHook, errors.New("it posts to another address"))
		return true, nil
	case info.Pending > 0 && info.Error != "" && time.Since(time.Unix(int64(info.ErrorAt), 0)) < webhookTrouble:
		p.health.noteRival(ctx, logHookFails, errors.New(info.Error))
		return true, nil
	}

	p.health.noteSuccess(ctx)

	return true, nil
}
