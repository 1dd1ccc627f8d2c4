// Package chart draws the week in numbers as a picture that can be read on a
// phone. It knows neither chats nor articles: counts and labels in, PNG out.
package chart

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Series is one topic's counts, one for each day.
type Series struct {
	Name   string
	Counts []int
}

// Bar is one authority's count.
type Bar struct {
	Name  string
	Count int
}

// Week is what is drawn.
type Week struct {
	Title  string
	Days   []string // labels of the days
	Topics []Series // the largest first
	Bodies string   // title over the authorities
	Top    []Bar    // the most active first
}

// The picture is upright, as phones are held; labels are large for its width.
const (
	width  = 20 * vg.Centimeter
	height = 28 * vg.Centimeter
	dpi    = 127 // 1000 × 1400 points

	titleSize = vg.Length(22)
	labelSize = vg.Length(15)
	maxLabel  = 34 // letters
)

// ErrEmpty says that there is nothing to draw.
var ErrEmpty = errors.New("nothing to draw")

// face is a font of the program's own: it has all Ukrainian letters.
func face(size vg.Length, bold bool) font.Font {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = 3 // bold, in the words of golang.org/x/image/font
	}
	return f
}

// palette gives colours that differ in lightness too, for who tells none apart.
func palette(i int) color.Color {
	all := []color.RGBA{
		{0x1b, 0x4f, 0x9c, 0xff},
		{0xf2, 0xb1, 0x34, 0xff},
		{0x2a, 0x9d, 0x8f, 0xff},
		{0xd6, 0x4b, 0x4b, 0xff},
		{0x8e, 0x6b, 0xbf, 0xff},
		{0x7f, 0xb8, 0x5a, 0xff},
		{0x9a, 0xa3, 0xae, 0xff},
	}
	return all[i%len(all)]
}

// PNG draws a week.
func PNG(w Week) ([]byte, error) {
	if len(w.Days) == 0 || len(w.Topics) == 0 || len(w.Top) == 0 {
		return nil, ErrEmpty
	}
	days, err := byDay(w)
	if err != nil {
		return nil, err
	}
	bodies, err := byBody(w)
	if err != nil {
		return nil, err
	}
	canvas := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))}
	all := draw.New(canvas)
	margin := vg.Length(14)
	days.Draw(draw.Crop(all, margin, -margin, height*0.46, -margin))
	bodies.Draw(draw.Crop(all, margin, -margin, margin, -height*0.56))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("draw a chart: %w", err)
	}
	return b.Bytes(), nil
}

// page is a plot with our fonts.
func page(title string) *plot.Plot {
	p := plot.New()
	p.Title.Text = title
	p.Title.TextStyle.Font = face(titleSize, true)
	p.Title.Padding = vg.Points(10)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Tick.Label.Font = face(labelSize, false)
		axis.Label.TextStyle.Font = face(labelSize, false)
		axis.LineStyle.Width, axis.Tick.LineStyle.Width = 0, 0
	}
	p.Legend.TextStyle.Font = face(labelSize, false)
	return p
}

// byDay draws the topics of each day one upon the other.
func byDay(w Week) (*plot.Plot, error) {
	p := page(w.Title)
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.Padding = vg.Points(3)
	highest, sums := 0, make([]int, len(w.Days))
	var below *plotter.BarChart
	for i, s := range w.Topics {
		values := make(plotter.Values, len(w.Days))
		for day := range values {
			if day < len(s.Counts) {
				values[day] = float64(s.Counts[day])
				sums[day] += s.Counts[day]
				highest = max(highest, sums[day])
			}
		}
		bars, err := plotter.NewBarChart(values, vg.Points(44))
		if err != nil {
			return nil, fmt.Errorf("draw %s: %w", s.Name, err)
		}
		bars.Color, bars.LineStyle.Width = palette(i), 0
		if below != nil {
			bars.StackOn(below)
		}
		below = bars
		p.Add(bars)
		p.Legend.Add(short(s.Name), bars)
	}
	p.NominalX(w.Days...)
	p.X.Tick.LineStyle.Width = 0
	// The legend stands over the bars.
	p.Y.Min, p.Y.Max = 0, float64(max(highest, 1))*(1.1+0.09*float64(len(w.Topics)))
	p.Y.Tick.Marker = steps(max(highest, 1))
	return p, nil
}

// byBody draws the most active authorities, the first on top.
func byBody(w Week) (*plot.Plot, error) {
	p := page(w.Bodies)
	n := len(w.Top)
	values, names := make(plotter.Values, n), make([]string, n)
	for i, b := range w.Top {
		values[n-1-i], names[n-1-i] = float64(b.Count), short(b.Name)
	}
	bars, err := plotter.NewBarChart(values, vg.Points(24))
	if err != nil {
		return nil, fmt.Errorf("draw the authorities: %w", err)
	}
	bars.Horizontal, bars.Color, bars.LineStyle.Width = true, palette(0), 0
	p.Add(bars)
	p.NominalY(names...)
	p.Y.Tick.LineStyle.Width = 0
	p.X.Min, p.X.Max = 0, float64(max(w.Top[0].Count, 1))*1.05
	p.X.Tick.Marker = steps(max(w.Top[0].Count, 1))
	return p, nil
}

// steps marks whole numbers up to the highest, five at most.
func steps(highest int) plot.ConstantTicks {
	step := 1
	for _, s := range []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000} {
		if step = s; highest/s <= 5 {
			break
		}
	}
	var all plot.ConstantTicks
	for v := 0; v <= highest; v += step {
		all = append(all, plot.Tick{Value: float64(v), Label: fmt.Sprint(v)})
	}
	return all
}

func short(s string) string {
	if utf8.RuneCountInString(s) <= maxLabel {
		return s
	}
	return string([]rune(s)[:maxLabel-1]) + "…"
}
