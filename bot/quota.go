package bot

import (
	"context"
	"slices"
	"strconv"

	"visnyk/bot/chats"
	"visnyk/sources"
)

// This file bounds how many sources that the bot does not know it is given to
// read. What it reads already, and the authorities of the catalogue, cost nothing;
// operators may add as many as they like.

// personQuota is what one person may add, chatQuota what all people of one chat.
func personQuota() chats.Quota { return chats.Quota{PerHour: 60, InAll: 300} }
func chatQuota() chats.Quota   { return chats.Quota{PerHour: 120, InAll: 600} }

// account is whose new sources are counted, and how many there may be.
type account struct {
	who   string
	quota chats.Quota
}

// quotaName names a person or chat in what is counted, so that it cannot be read
// back.
func (b *Bot) quotaName(ctx context.Context, id int64) (string, error) {
	key, err := b.signKey(ctx)
	return mac(key, "added", strconv.FormatInt(id, 10)), err
}

// accounts are those that pay for what is added in a place: the person and the
// chat, which in private are one.
func (b *Bot) accounts(ctx context.Context, p place) ([]account, error) {
	if p.asker != 0 && slices.Contains(b.admins, p.asker) {
		return nil, nil
	}
	var all []account
	for _, a := range []struct {
		id    int64
		quota chats.Quota
	}{{p.asker, personQuota()}, {p.chat(), chatQuota()}} {
		if a.id == 0 || len(all) > 0 && a.id == p.asker {
			continue
		}
		who, err := b.quotaName(ctx, a.id)
		if err != nil {
			return nil, err
		}
		all = append(all, account{who, a.quota})
	}
	return all, nil
}

// mayAdd fails when no new source may be added in a place now. It is asked before
// an unknown site is looked at.
func (b *Bot) mayAdd(ctx context.Context, p place) error {
	all, err := b.accounts(ctx, p)
	if err != nil {
		return err
	}
	for _, a := range all {
		if err := b.chats.QuotaLeft(ctx, a.who, a.quota); err != nil {
			return err
		}
	}
	return nil
}

// charge counts a source that the bot does not know yet. undo takes it out of the
// count: what cannot be read costs nothing.
func (b *Bot) charge(ctx context.Context, p place, s sources.Source) (undo func(), err error) {
	undo = func() {}
	known, err := b.registry.Get(ctx, s.ID)
	if err != nil || len(known) > 0 || slices.ContainsFunc(b.registry.Catalogue(), func(c sources.Source) bool { return c.ID == s.ID }) {
		return undo, err
	}
	all, err := b.accounts(ctx, p)
	if err != nil {
		return undo, err
	}
	var taken []account
	undo = func() {
		for _, a := range taken {
			if err := b.chats.GiveQuotaBack(ctx, a.who, s.ID); err != nil {
				b.log.Warn("follow: a source that was not added stays counted", "source", s.ID, "error", err)
			}
		}
	}
	for _, a := range all {
		if err := b.chats.TakeQuota(ctx, a.who, s.ID, a.quota); err != nil {
			undo()
			return func() {}, err
		}
		taken = append(taken, a)
	}
	return undo, nil
}
