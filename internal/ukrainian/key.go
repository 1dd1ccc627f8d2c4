package ukrainian

// Key gives the normalised key of a token: equal for the forms of one word,
// different for different words as far as that is known. It is the likeliest
// of Lemmas; numbers and words that are not Ukrainian are folded only.
func Key(token string) string {
	return lemma(token)
}

// Keys gives all keys of a token, the likeliest first: an index that holds all
// of them finds «стану» by «стан» and by «стати».
func Keys(token string) []string {
	return Lemmas(token)
}
