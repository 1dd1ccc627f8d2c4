package bot

import (
	"context"
	"encoding/json"
	"fmt"

	"visnyk/digest"
)

// What an inline answer may hold by the Bot API, and how long Telegram may give
// it to others who ask the same.
const (
	maxInline     = 50
	inlineDescr   = 200 // letters of a result's description
	inlineSeconds = "60"
)

// inline is a query typed behind the bot's name in any chat.
type inline struct {
	id    string
	query string
	user  int64
}

// inlineArticle is one result as the Bot API takes it.
type inlineArticle struct {
	Type        string        `json:"type"`
	ID          string        `json:"id"`
	Title       string        `json:"title"`
	Description string        `json:"description"`
	URL         string        `json:"url,omitempty"`
	Content     inlineContent `json:"input_message_content"`
}

type inlineContent struct {
	Text      string `json:"message_text"`
	ParseMode string `json:"parse_mode"`
}

// answerInline answers an inline query with the articles that fit it, none when
// it has no words yet. An answer that comes too late is no error: another
// letter was typed.
func (b *Bot) answerInline(ctx context.Context, q inline) error {
	results := []inlineArticle{}
	slow := !b.maySearch(b.pacing.presses, q.user, 0)
	var found findings
	var err error
	if !slow {
		found, err = b.look(ctx, q.query, lookout{}, maxInline)
	}
	if err == nil && found.Total > 0 {
		results, err = b.inlineArticles(ctx, found)
	}
	params := map[string]string{"inline_query_id": q.id, "cache_time": inlineSeconds}
	switch {
	case err != nil:
		b.log.Error("handle: inline query failed", "error", err)
		params["cache_time"] = "0"
		params["button"], err = inlineButton("Пошук тимчасово недоступний")
	case slow:
		params["cache_time"] = "0"
		params["button"], err = inlineButton("Забагато запитів: зачекайте хвилину")
	case found.parsed.Empty():
		params["button"], err = inlineButton("Наберіть слова, які шукаєте")
	case len(results) == 0:
		params["button"], err = inlineButton("Нічого не знайдено")
	}
	if err != nil {
		return err
	}
	list, err := json.Marshal(results)
	if err != nil {
		return fmt.Errorf("encode inline results: %w", err)
	}
	params["results"] = string(list)
	if _, err := b.api.Call(ctx, "answerInlineQuery", params); err != nil {
		b.log.Debug("handle: inline query not answered", "error", err)
	}
	return nil
}

func (b *Bot) inlineArticles(ctx context.Context, found findings) ([]inlineArticle, error) {
	all, names, err := b.open(ctx, found.Hits)
	if err != nil {
		return nil, err
	}
	results := make([]inlineArticle, 0, len(all))
	for _, a := range all {
		r := inlineArticle{Type: "article", ID: a.ID, Title: headline(a), URL: a.URL}
		sentence, _ := found.parsed.Snippet(a.Text)
		r.Description = digest.Shorten(b.origin(a, names)+"\n"+sentence, inlineDescr)
		r.Content = inlineContent{Text: b.cited(a, names), ParseMode: "HTML"}
		results = append(results, r)
	}
	return results, nil
}

// inlineButton stands over the results and leads into the bot's own chat.
func inlineButton(text string) (string, error) {
	s, err := json.Marshal(map[string]string{"text": text, "start_parameter": "search"})
	if err != nil {
		return "", fmt.Errorf("encode a button: %w", err)
	}
	return string(s), nil
}
