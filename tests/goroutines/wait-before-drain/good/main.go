// Command crawl fetches pages in parallel and collects their titles.
package main

import (
	"fmt"
	"sort"
	"sync"
)

type page struct {
	url   string
	title string
}

type fetcher struct {
	titles map[string]string
}

func (f *fetcher) fetch(url string) page {
	return page{url: url, title: f.titles[url]}
}

func (f *fetcher) all(urls []string) []string {
	var wg sync.WaitGroup
	pages := make(chan page)
	for _, url := range urls {
		wg.Add(1)
		go func(url string) {
			defer wg.Done()
			pages <- f.fetch(url)
		}(url)
	}
	go func() {
		wg.Wait()
		close(pages)
	}()

	var titles []string
	for p := range pages {
		titles = append(titles, p.title)
	}
	sort.Strings(titles)
	return titles
}

func main() {
	f := &fetcher{titles: map[string]string{"/a": "Alpha", "/b": "Beta"}}
	fmt.Println(f.all([]string{"/a", "/b"}))
}
