package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/docker/go-units"
)

// table writes rows under headings, with foreign texts made plain.
func (p *program) table(headings []string, rows func(row func(...string))) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(headings, "\t"))
	rows(func(cells ...string) {
		for i := range cells {
			cells[i] = shorten(plainText(cells[i]))
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	})
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	return nil
}

// longestCell keeps one name of 4,000 characters from pushing all others away.
const longestCell = 200

func shorten(text string) string {
	if r := []rune(text); len(r) > longestCell {
		return string(r[:longestCell]) + "…"
	}
	return text
}

// readLine reads one line, which may end without its end.
func readLine(in io.Reader, longest int) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, int64(longest)+3)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	line = strings.TrimPrefix(line, "\xef\xbb\xbf")
	line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	if len(line) > longest {
		return "", fmt.Errorf("it has more than %d bytes", longest)
	}
	return line, nil
}

// ago is how long ago something was, "-" when it was not.
func ago(at, now time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return units.HumanDuration(now.Sub(at)) + " ago"
}

func sizeText(n int64) string {
	if n <= 0 {
		return "-"
	}
	return units.HumanSize(float64(n))
}

func countText(n int64) string {
	if n < 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
