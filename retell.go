package main

import (
	"log/slog"

	"github.com/redis/go-redis/v9"

	"visnyk/bot"
	"visnyk/config"
	"visnyk/digest"
	"visnyk/digest/abstract"
)

// retelling is what has articles retold by a language model; nil where none is
// set.
func retelling(s config.Settings, data redis.UniversalClient, log *slog.Logger) bot.Abstracter {
	if s.LLMURL == "" {
		return nil
	}
	return abstract.NewWriter(abstract.Options{
		URL: s.LLMURL, Model: s.LLMModel, Key: abstract.Secret(s.LLMKey.Reveal()), Store: digest.NewAnswers(data), Log: log,
		Requests: s.LLMRequests, Letters: s.LLMLetters, AtOnce: s.LLMAtOnce,
	})
}
