//! A team describes its own packages by models alone, and the stock rules speak of them.

use crate::support::Sandbox;

const MODELS: &str = r#"use sdk "example.com/shop/sdk"

/// A client has to be connected, and stays so until it is closed.
model sdk.Client {
    lacks connection
    requires connection receiver
}

model sdk.New {
    result 0 lacks connection
}

model sdk.Client.Connect {
    establishes connection receiver
}

model sdk.Client.Connected {
    guards connection receiver
}

model sdk.Client.Close {
    ends connection receiver
}

/// The package is set up once.
model sdk.Init {
    establishes sdk_ready
}

model sdk.Default {
    requires sdk_ready
}

model sdk.Open {
    may panic
}

model sdk.Options.Patience {
    takes timeout
    zero means endless
}
"#;

const SDK: &str = r#"package sdk

import "time"

type Client struct{ conn *int }

type Options struct {
	Name     string
	Patience time.Duration
}

func Init()                       {}
func Default() *Client            { return &Client{} }
func New() *Client                { return &Client{} }
func Open(name string) *Client    { panic(name) }
func (c *Client) Connect() error  { return nil }
func (c *Client) Connected() bool { return c.conn != nil }
func (c *Client) Send(s string)   { println(*c.conn, s) }
func (c *Client) Close()          {}
"#;

const FAULTY: &str = r#"package main

import "example.com/shop/sdk"

var shared = sdk.Default()

func main() {
	sdk.Default().Connect()
	sdk.Init()
}

func early(quick bool) {
	client := sdk.New()
	if !quick {
		client.Connect()
	}
	client.Send("x")
}

func literal() {
	var client sdk.Client
	client.Send("x")
}

func send(client *sdk.Client) { client.Send("x") }

func given() { send(&sdk.Client{}) }

func late(client *sdk.Client) {
	client.Close()
	client.Send("x")
}

func open(name string) (*sdk.Client, error) {
	return sdk.Open(name), nil
}

func options() []sdk.Options {
	return []sdk.Options{sdk.Options{Name: "x", Patience: 30}, sdk.Options{Name: "y"}}
}
"#;

const RIGHT: &str = r#"package main

import (
	"example.com/shop/sdk"
	"time"
)

func main() {
	sdk.Init()
	sdk.Default().Connect()
}

func early(quick bool) {
	client := sdk.New()
	if !client.Connected() {
		if err := client.Connect(); err != nil {
			return
		}
	}
	client.Send("x")
}

func connected() *sdk.Client {
	client := sdk.New()
	client.Connect()
	return client
}

func send(client *sdk.Client) { client.Send("x") }

func given() { send(connected()) }

func late(client *sdk.Client) {
	defer client.Close()
	client.Send("x")
}

func open() (*sdk.Client, error) {
	return sdk.Open("name"), nil
}

func options() []sdk.Options {
	return []sdk.Options{sdk.Options{Name: "x", Patience: 30 * time.Second}}
}
"#;

/// Rule and line of each finding.
fn findings(main: &str) -> Vec<(String, u64)> {
    let files = [
        ("go.mod", "module example.com/shop\n\ngo 1.24\n"),
        ("sdk/sdk.go", SDK),
        ("main.go", main),
        ("rules/sdk.rule", MODELS),
    ];
    let rules = "used-before-init,used-after-end,must-before-init,must-outside-startup,suspicious-timeout,\
                 client-without-timeout";
    let run = Sandbox::new(&files).run(&["check", "--rules", "rules", "--select", rules, "--format", "json", "."]);
    let report = run.json();
    let found = report["findings"].as_array().expect("a list of findings").iter().map(|finding| {
        let rule = finding["rule"].as_str().and_then(|rule| rule.rsplit('.').next()).expect("a rule");
        (rule.to_owned(), finding["start"]["line"].as_u64().expect("a line"))
    });
    found.collect()
}

#[test]
fn models_alone_make_the_stock_rules_fire() {
    let expected = [
        ("must-before-init", 5),
        ("must-before-init", 8),
        ("used-before-init", 17),
        ("used-before-init", 22),
        ("used-before-init", 27),
        ("used-after-end", 31),
        ("must-outside-startup", 35),
        ("suspicious-timeout", 39),
        ("client-without-timeout", 39),
    ];
    assert_eq!(findings(FAULTY), expected.map(|(rule, line)| (rule.to_owned(), line)));
}

#[test]
fn what_is_set_up_is_not_reported() {
    assert_eq!(findings(RIGHT), []);
}
