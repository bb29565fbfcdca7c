package trend

import (
	"fmt"
	"math"
	"strconv"

	"github.com/go-analyze/charts"
)

// Measures of the picture, in pixels. A phone shows it about 400 points wide, so that its
// text is as large as that around it. Below 40 pixels a day the library does not put the
// line's points in the middle of the bars.
const (
	width  = 1440
	height = 900
	margin = 30
	text   = 34 // points
	stroke = 5
	// datesShown is how many days have their number below the bars.
	datesShown = 6
)

// Draw draws a trend as a PNG.
func (t *Trend) Draw() ([]byte, error) {
	var (
		dates   []string
		bars    [3][]float64
		line    []float64
		highest float64
	)

	for i := range t.Days {
		d := &t.Days[i]
		dates = append(dates, strconv.Itoa(d.At.Day()))
		line = append(line, float64(d.Articles))
		highest = max(highest, float64(d.Articles), float64(d.Total()))

		for g := range bars {
			bars[g] = append(bars[g], float64(d.Stories[g]))
		}
	}

	painter, err := charts.Render(chartOptions(dates, bars, line, highest))
	if err != nil {
		return nil, fmt.Errorf("draw a trend: %w", err)
	}

	return painter.Bytes()
}

// chartOptions is what the library is asked for.
func chartOptions(dates []string, bars [3][]float64, line []float64, highest float64) charts.ChartOption {
	names := []string{"1", fmt.Sprintf("%d–%d", some, many-1), fmt.Sprintf("≥ %d", many), "Σ"}
	font := charts.FontStyle{FontSize: text}

	top, steps := scaleAxis(highest)
	value := charts.YAxisOption{
		LabelFontStyle: font, Min: new(0.0), Max: new(top), LabelCount: steps + 1, PreferNiceIntervals: new(false),
		RangeValuePaddingScale: new(0.0), ValueFormatter: func(v float64) string { return strconv.Itoa(int(math.Round(v))) },
	}

	second := value // of the line: the library stacks what is on the first
	second.Show = new(false)

	o := charts.ChartOption{
		OutputFormat: charts.ChartOutputPNG, Width: width, Height: height, Theme: chartTheme(),
		Padding:     charts.Box{Left: margin, Top: margin, Right: margin, Bottom: margin, IsSet: true},
		StackSeries: new(true), FillArea: new(false), LineStrokeWidth: stroke, Symbol: charts.Symbol{Shape: charts.SymbolNone},
		XAxis:  charts.XAxisOption{Labels: dates, LabelFontStyle: font, LabelCount: min(datesShown, len(dates)), BoundaryGap: new(true)},
		YAxis:  []charts.YAxisOption{value, second},
		Legend: charts.LegendOption{SeriesNames: names, FontStyle: font, Offset: charts.OffsetStr{Left: charts.PositionCenter}},
	}

	for g, values := range bars {
		o.SeriesList = append(o.SeriesList, charts.GenericSeries{Type: charts.ChartTypeBar, Name: names[g], Values: values})
	}

	o.SeriesList = append(o.SeriesList, charts.GenericSeries{Type: charts.ChartTypeLine, Name: names[len(bars)], Values: line, YAxisIndex: 1})

	return o
}

// scaleAxis is where an axis ends that has room for a number, and in how many steps of 1, 2 or
// 5 times a power of ten it gets there: at most six, and none is half a story.
func scaleAxis(highest float64) (top float64, steps int) {
	for unit := 1.0; ; unit *= 10 {
		for _, step := range []float64{unit, 2 * unit, 5 * unit} {
			if n := math.Ceil(max(highest, 1) / step); n <= 6 {
				return n * step, int(n)
			}
		}
	}
}

// chartTheme are the colours: text and bars stand out from the ground by at least 4.5 to 1, the
// contrast that WCAG 2 asks of text, and the bars differ in lightness too.
func chartTheme() charts.ColorPalette {
	return charts.MakeTheme(charts.ThemeOption{
		IsDarkMode: true, BackgroundColor: charts.ColorFromHex(ground), TextColor: charts.ColorFromHex(ink),
		AxisStrokeColor: charts.ColorFromHex("#7c879b"), AxisSplitLineColor: charts.ColorFromHex("#39435a"),
		SeriesColors: []charts.Color{charts.ColorFromHex(one), charts.ColorFromHex(few), charts.ColorFromHex(lots), charts.ColorFromHex(ink)},
	})
}

// The colours of the picture.
const (
	ground = "#1e2430"
	ink    = "#e8ecf3"
	one    = "#5b9dff"
	few    = "#f2b84b"
	lots   = "#ff6b5e"
)
