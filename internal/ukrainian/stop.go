package ukrainian

import "strings"

// stopWords are the words that carry no subject: prepositions, conjunctions,
// particles, pronouns and the forms of to be, with the months left in.
var stopWords = makeSet(`
а або адже аж але б без би був буде будуть була були було бути в вас вам вами вже ви від він вона вони воно все всі всіх всім всіма всю вся
всього втім г да дві до є ж же з за задля зі із і й її їй їм їх його йому ін інший інша інше інші іншого інших іншим із-за коли кожен кожна
кожного котрий котра котрі лише між мене мені ми мій моя моє мої може можуть можна на над нам нами нас наш наша наше наші не неї ним ними них
ні ніж нього о об один одна одне одні одного одній однієї окрім ось от під після по при про проте під-час саме свій своє своєї свого своїх
своїм свою своя свої себе собі собою та так така таке такі таких таким також там те тепер ти тим тих то того тоді той тому тощо тут у усе усі усіх
хоч хоча хто це цей ця ці цього цьому цією цієї цій цих цим цими через чи чий що щоб щодо як яка якби яке який яким якими яких якій якого якої якому
якою якщо яку які
the of and to in a is for on with by at from as that this are be or an it
и в не на что с по как это из у за от к о но же для при его её их был было была были или она они мы бы так также после
то уже ещё чтобы если который которая которые которых этого этом до все всё он я со во об том`)

func makeSet(words string) map[string]struct{} {
	set := map[string]struct{}{}
	for w := range strings.FieldsSeq(words) {
		set[w] = struct{}{}
	}
	return set
}

// IsStop tells whether a word carries no subject of its own: «і», «який».
func IsStop(word string) bool {
	_, ok := stopWords[Fold(word)]
	return ok
}
