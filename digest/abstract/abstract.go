// Package abstract has articles retold by a language model, and lets nothing
// through that the article does not say. It knows the model by the address of an
// OpenAI-compatible endpoint only, gives it an article's title and text and
// nothing else, and takes a text back. It knows no stories, no chats and no
// storage.
package abstract
