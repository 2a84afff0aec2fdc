// Command cluster keeps nodes, shards and leases; each index has a lock.
package main

import (
	"fmt"
	"sync"
	"time"
)

type index struct {
	mu      sync.Mutex
	entries map[string]string
}

func (x *index) put(key, value string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.entries[key] = value
}

type cluster struct {
	nodes, shards, leases index
}

func (c *cluster) addNode(node, shard string) {
	c.nodes.mu.Lock()
	defer c.nodes.mu.Unlock()
	c.nodes.entries[node] = shard
	pause()
	c.shards.mu.Lock()
	c.shards.entries[shard] = node
	c.shards.mu.Unlock()
}

func (c *cluster) split(shard, lease string) {
	c.shards.mu.Lock()
	defer c.shards.mu.Unlock()
	c.shards.entries[shard] = ""
	pause()
	c.leases.mu.Lock()
	delete(c.leases.entries, lease)
	c.leases.mu.Unlock()
}

func (c *cluster) renew(lease, node string) {
	c.leases.mu.Lock()
	c.leases.entries[lease] = node
	c.leases.mu.Unlock()
	pause()
	c.nodes.mu.Lock()
	c.nodes.entries[node] = lease
	c.nodes.mu.Unlock()
}

func pause() { time.Sleep(8 * time.Millisecond) }

func main() {
	c := &cluster{}
	for _, x := range []*index{&c.nodes, &c.shards, &c.leases} {
		x.entries = make(map[string]string)
		x.put("", "")
	}
	var wg sync.WaitGroup
	wg.Go(func() { c.addNode("n1", "s1") })
	wg.Go(func() { c.split("s1", "l1") })
	wg.Go(func() { c.renew("l1", "n1") })
	wg.Wait()
	fmt.Println(len(c.nodes.entries))
}
