//! Rules of a project that are made of parts of the stock rules.

use crate::support::Sandbox;

const RESOURCE: &str = r#"use store "example.com/shop/store"

/// A table of the store.
resource table {
    acquire stmt { $table, $err := store.Open($_) }
    value $table
    release expr { $table.Close() }
    transfer escapes($table)
    fails when $err != nil
}
"#;

const INSTANCE: &str = r#"use stdlib.resources { must-release }

/// A table is opened and not closed on every path.
instance table-not-closed = must-release(table) {
    report at @open "{$table} stays open on some path" trace path

    test bad {
        -- go.mod --
        module example.com/shop
        -- store/store.go --
        package store

        type Table struct{}
        func Open(name string) (*Table, error) { return &Table{}, nil }
        func (t *Table) Close() error { return nil }
        func (t *Table) Len() int { return 0 }
        -- main.go --
        package shop

        import "example.com/shop/store"

        func Size(name string) (int, error) {
            table, err := store.Open(name) // want "table stays open"
            if err != nil {
                return 0, err
            }
            if table.Len() == 0 {
                return 0, nil
            }
            defer table.Close()
            return table.Len(), nil
        }
    }
    test good {
        -- go.mod --
        module example.com/shop
        -- store/store.go --
        package store

        type Table struct{}
        func Open(name string) (*Table, error) { return &Table{}, nil }
        func (t *Table) Close() error { return nil }
        func (t *Table) Len() int { return 0 }
        -- main.go --
        package shop

        import "example.com/shop/store"

        func Size(name string) (int, error) {
            table, err := store.Open(name)
            if err != nil {
                return 0, err
            }
            defer table.Close()
            return table.Len(), nil
        }
    }
}
"#;

const STORE: &str = "package store\n\ntype Table struct{}\n\nfunc Open(name string) (*Table, error) { return &Table{}, nil }\n\n\
    func (t *Table) Close() error { return nil }\n\nfunc (t *Table) Len() int { return 0 }\n";

const SHOP: &str = "package shop\n\nimport \"example.com/shop/store\"\n\nfunc Size(name string) (int, error) {\n\t\
    table, err := store.Open(name)\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\treturn table.Len(), nil\n}\n";

fn shop() -> Sandbox {
    Sandbox::new(&[
        ("rules/tables/resource.rule", RESOURCE),
        ("rules/tables/instance.rule", INSTANCE),
        ("go.mod", "module example.com/shop\n\ngo 1.26\n"),
        ("store/store.go", STORE),
        ("shop.go", SHOP),
    ])
}

/// The generic rule is that of the stock rules; resource and instance stand in two files of the project.
#[test]
fn an_instance_of_a_stock_rule_for_a_resource_of_the_project() {
    let shop = shop();
    let run = shop.run(&["check", "--rules", "rules", "--select", "table-not-closed"]);
    run.exits(1).says(&["local.tables.table-not-closed", "table stays open on some path", "shop.go:6"]);
    let run = shop.run(&["check", "--no-stock", "--rules", "rules"]);
    run.exits(1).says(&["table stays open on some path"]);
    shop.run(&["test", "rules"]).exits(0).says(&["2 passed, 0 failed"]);
}

/// A mistake that only this instance has is told where it stands, and names the instance.
#[test]
fn a_mistake_in_what_is_shared_names_both_places() {
    let shop = shop();
    shop.write("rules/tables/resource.rule", RESOURCE.replace("value $table", "value $tables"));
    let run = shop.run(&["lint", "rules"]);
    run.exits(2).complains(&["E0201", "rules/tables/resource.rule", "in this instance", "rules/tables/instance.rule"]);
    shop.write("rules/tables/resource.rule", RESOURCE);
    shop.write("rules/tables/instance.rule", INSTANCE.replace("{ must-release }", "{ must-relase }"));
    shop.run(&["lint", "rules"]).exits(2).complains(&["E0208", "there is a similar one: `must-release`"]);
}

const MUTATED: &str = r#"use "os"

/// Opened is closed.
rule must-close(resource $R) {
    match acquire $R @open
    where some path from @open to exit avoiding release $R
    unless inside decl { func main() { ... } }
    report at @open "{$R} is not closed" trace path
}

resource opened {
    acquire stmt { $file, $_ := os.Open($_) }
    value $file
    release expr { $file.Close() }
}

resource created {
    acquire stmt { $file, $_ := os.Create($_) }
    value $file
    release expr { $file.Close() }
}

/// Opened is closed.
instance opened-not-closed = must-close(opened) {
    test bad {
        func f() {
            file, _ := os.Open("a") // want "not closed"
            file.Name()
        }
    }
    test good {
        func f() {
            file, _ := os.Open("a")
            file.Close()
        }
        func main() {
            file, _ := os.Open("a")
            file.Name()
        }
    }
}

/// Created is closed.
instance created-not-closed = must-close(created) {
    test bad {
        func f() {
            file, _ := os.Create("a") // want "not closed"
            file.Name()
        }
    }
    test good {
        func f() {
            file, _ := os.Create("a")
            file.Close()
        }
    }
}
"#;

/// What stands in a generic rule is tested by the examples of any instance, and counted once.
#[test]
fn mutants_of_a_generic_rule_are_caught_by_the_examples_of_any_instance() {
    let sandbox = Sandbox::new(&[("rules/files.rule", MUTATED)]);
    sandbox.run(&["test", "--mutate", "rules"]).exits(0).says(&["mutation score: 3 of 3 mutants caught"]);
    let main = "        func main() {\n            file, _ := os.Open(\"a\")\n            file.Name()\n        }\n";
    sandbox.write("rules/files.rule", MUTATED.replacen(main, "", 1));
    let run = sandbox.run(&["test", "--mutate", "rules"]).exits(0);
    run.says(&["mutation score: 2 of 3", "local.files.opened-not-closed and 1 more: the condition is not tested"]);
}
