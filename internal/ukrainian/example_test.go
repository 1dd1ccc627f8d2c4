package ukrainian_test

import (
	"fmt"

	"visnyk/internal/ukrainian"
)

func ExampleKey() {
	for _, w := range []string{"ночі", "Києва", "людей", "об'єднанням", "CERT-UA"} {
		fmt.Println(ukrainian.Key(w))
	}
	// Output:
	// ніч
	// київ
	// людина
	// об’єднання
	// cert-ua
}

func ExampleLemmas() {
	fmt.Println(ukrainian.Lemmas("книзі"))
	fmt.Println(ukrainian.Lemmas("її"))
	// Output:
	// [книга]
	// [вона її]
}
