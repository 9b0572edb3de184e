package net

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

// field is a field of a record.
type field struct {
	name string
	v    any
}

// records are the types of net.resolve, with what looks them up.
var records = map[string]func(ctx context.Context, r *net.Resolver, name string) ([][]field, error){
	"MX": func(ctx context.Context, r *net.Resolver, name string) (all [][]field, err error) {
		list, err := r.LookupMX(ctx, name)
		slices.SortFunc(list, func(a, b *net.MX) int { return cmp.Or(cmp.Compare(a.Pref, b.Pref), cmp.Compare(a.Host, b.Host)) })
		for _, m := range list {
			all = append(all, []field{{"host", bare(m.Host)}, {"preference", int(m.Pref)}})
		}
		return all, err
	},
	"TXT": func(ctx context.Context, r *net.Resolver, name string) (all [][]field, err error) {
		list, err := r.LookupTXT(ctx, name)
		return each("text", list), err
	},
	"SRV": func(ctx context.Context, r *net.Resolver, name string) (all [][]field, err error) {
		_, list, err := r.LookupSRV(ctx, "", "", name)
		slices.SortFunc(list, func(a, b *net.SRV) int {
			return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Port, b.Port))
		})
		for _, s := range list {
			all = append(all, []field{{"host", bare(s.Target)}, {"port", int(s.Port)}, {"priority", int(s.Priority)}, {"weight", int(s.Weight)}})
		}
		return all, err
	},
	"NS": func(ctx context.Context, r *net.Resolver, name string) (all [][]field, err error) {
		list, err := r.LookupNS(ctx, name)
		hosts := make([]string, len(list))
		for i, n := range list {
			hosts[i] = bare(n.Host)
		}
		return each("host", hosts), err
	},
	"CNAME": func(ctx context.Context, r *net.Resolver, name string) (all [][]field, err error) {
		host, err := r.LookupCNAME(ctx, name)
		if err != nil || strings.EqualFold(bare(host), bare(name)) { // it is its own
			return nil, err
		}
		return each("host", []string{bare(host)}), nil
	},
	"PTR": func(ctx context.Context, r *net.Resolver, name string) (all [][]field, err error) {
		list, err := r.LookupAddr(ctx, name)
		for i := range list {
			list[i] = bare(list[i])
		}
		return each("host", list), err
	},
}

// each makes records of one field.
func each(name string, list []string) (all [][]field) {
	slices.Sort(list)
	for _, s := range slices.Compact(list) {
		all = append(all, []field{{name, s}})
	}
	return all
}

// bare is a name without the dot at its end.
func bare(name string) string { return strings.TrimSuffix(name, ".") }

// resolve is net.resolve(name [, type]).
func resolve(c *interp.Call) error {
	name, err := c.Text(1)
	if err != nil {
		return err
	}
	if name == "" || len(name) > 255 || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return c.ArgError(1, fmt.Sprintf("%.60q is no name of a host", name))
	}
	typ := ""
	if !c.Arg(2).IsNil() {
		if typ, err = c.Text(2); err != nil {
			return err
		}
	}
	look := records[typ]
	switch {
	case typ != "" && look == nil:
		return c.ArgError(2, fmt.Sprintf("there is no type %.20q; there are: MX, TXT, SRV, NS, CNAME, PTR, and without one addresses", typ))
	case typ == "PTR":
		if _, err := netip.ParseAddr(name); err != nil {
			return c.ArgError(1, fmt.Sprintf("%.60q is no address, by which \"PTR\" finds names", name))
		}
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if err := c.Network().Lookup(name); err != nil {
		return network.Error("net.resolve", name, err)
	}
	if err := network.System(); err != nil {
		return network.Error("net.resolve", name, err)
	}
	var addresses []netip.Addr
	var list [][]field
	err = c.Block(func(ctx context.Context) (err error) {
		if look == nil {
			addresses, err = net.DefaultResolver.LookupNetIP(ctx, "ip", name)
		} else {
			list, err = look(ctx, net.DefaultResolver, name)
		}
		return err
	})
	dns := (*net.DNSError)(nil)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return c.Return(nil)
	case err != nil && !errors.As(err, &dns):
		return err
	case err != nil:
		return network.Error("net.resolve", name, err)
	case look != nil && len(list) == 0:
		return c.Return(nil)
	}
	if look == nil {
		slices.SortFunc(addresses, func(a, b netip.Addr) int { return a.Unmap().Compare(b.Unmap()) })
		for _, a := range addresses {
			list = append(list, []field{{"", a.Unmap().String()}})
		}
		list = slices.CompactFunc(list, func(a, b []field) bool { return a[0].v == b[0].v })
	}
	t := c.NewTable(len(list))
	t.MarkList()
	for i, rec := range list {
		if look == nil {
			v, err := c.Value(rec[0].v)
			if err != nil {
				return err
			}
			t.SetIndex(i+1, v)
			continue
		}
		r := c.NewTable(0)
		for _, f := range rec {
			v, err := c.Value(f.v)
			if err != nil {
				return err
			}
			r.SetField(f.name, v)
		}
		t.SetIndex(i+1, r.Value())
	}
	return c.Return(t)
}
