//! What the grammar would have taken, in words.

use super::R;

/// What the grammar would have taken: in words, and the keywords among it.
pub(super) fn expected(rules: &[R]) -> (String, Vec<&'static str>) {
    let mut phrases: Vec<String> = Vec::new();
    let mut words = Vec::new();
    let mut ends = false;
    for rule in rules {
        match phrase(*rule) {
            Phrase::Word(word) => {
                words.push(word);
                phrases.push(format!("`{word}`"));
            }
            Phrase::Words(text) => phrases.push(text.to_owned()),
            Phrase::End => ends = true,
            Phrase::Silent => {}
        }
    }
    phrases.sort();
    phrases.dedup();
    if ends {
        phrases.push("the end of the clause".to_owned());
    }
    let text = match phrases.len() {
        0 => String::new(),
        1 => phrases.remove(0),
        2..=5 => {
            let last = phrases.pop().unwrap_or_default();
            format!("{} or {last}", phrases.join(", "))
        }
        _ => String::new(),
    };
    (text, words)
}

enum Phrase {
    Word(&'static str),
    Words(&'static str),
    End,
    Silent,
}

fn phrase(rule: R) -> Phrase {
    match rule {
        R::p_colon => Phrase::Words("`:`"),
        R::p_equals => Phrase::Words("`=`"),
        R::p_open_paren => Phrase::Words("`(`"),
        R::p_open_bracket => Phrase::Words("`[`"),
        R::k_all => Phrase::Word("all"),
        R::k_and => Phrase::Word("and"),
        R::k_or => Phrase::Word("or"),
        R::k_not => Phrase::Word("not"),
        R::k_is | R::is_word => Phrase::Word("is"),
        R::k_in | R::member => Phrase::Word("in"),
        R::k_at => Phrase::Word("at"),
        R::k_matches | R::matches => Phrase::Word("matches"),
        R::k_until => Phrase::Word("until"),
        R::k_with | R::settings => Phrase::Word("with"),
        R::k_fixed | R::fixed => Phrase::Word("fixed"),
        R::k_some => Phrase::Word("some"),
        R::k_every => Phrase::Word("every"),
        R::k_path => Phrase::Word("path"),
        R::k_from => Phrase::Word("from"),
        R::k_to => Phrase::Word("to"),
        R::k_of => Phrase::Word("of"),
        R::k_avoiding | R::avoided => Phrase::Word("avoiding"),
        R::k_passes => Phrase::Word("passes"),
        R::k_always => Phrase::Word("always"),
        R::k_eventually => Phrase::Word("eventually"),
        R::k_reachable => Phrase::Word("reachable"),
        R::k_nil => Phrase::Word("nil"),
        R::k_has => Phrase::Word("has"),
        R::k_value => Phrase::Word("value"),
        R::k_release => Phrase::Word("release"),
        R::k_transfer => Phrase::Word("transfer"),
        R::k_fails => Phrase::Word("fails"),
        R::k_resource => Phrase::Word("resource"),
        R::k_on => Phrase::Word("on"),
        R::k_where => Phrase::Word("where"),
        R::k_when | R::failure => Phrase::Word("when"),
        R::resource_part => Phrase::Words("`acquire`, `value`, `release`, `transfer` or `fails`"),
        R::slot => Phrase::Words("`receiver`, `arg 0` or `args from 0`"),
        R::says => Phrase::Words("what a model says, such as `source KIND`"),
        R::of_result => Phrase::Words("`derives from`, `is`, `never nil` or `may be nil`"),
        R::index => Phrase::Words("a number"),
        R::k_trace | R::trace => Phrase::Word("trace"),
        R::start => Phrase::Words("`entry`, a hole or a label"),
        R::events | R::event => Phrase::Words("something that happens: code, a label, `exit`"),
        R::branch => Phrase::Words("what is known: `$err != nil`"),
        R::k_replace | R::replace_edit => Phrase::Word("replace"),
        R::k_delete | R::delete_edit => Phrase::Word("delete"),
        R::k_func => Phrase::Word("func"),
        R::directly => Phrase::Word("directly"),
        R::across => Phrase::Word("across func"),
        R::bound => Phrase::Words("`until`, `across func` or `directly`"),
        R::insert_before | R::insert_after | R::insert_edit => Phrase::Words("`insert before` or `insert after`"),
        R::EOI | R::clause_word => Phrase::End,
        R::block => Phrase::Words("a pattern in braces"),
        R::first_alternative | R::alternatives => Phrase::Words("a category and a pattern in braces"),
        R::next_alternative => Phrase::Words("a pattern in braces"),
        R::template => Phrase::Words("code in braces or a text in quotes"),
        R::string => Phrase::Words("a text in quotes"),
        R::number => Phrase::Words("a number"),
        R::word | R::dashed | R::module_path => Phrase::Words("a name"),
        R::hole => Phrase::Words("a hole"),
        R::label => Phrase::Words("a label"),
        R::value | R::place | R::argument => Phrase::Words("a value"),
        R::list => Phrase::Words("a list"),
        R::option_value => Phrase::Words("a default value"),
        R::option_type => Phrase::Words("a type"),
        R::cond | R::all_of | R::negatable | R::atom => Phrase::Words("a condition"),
        R::test | R::comparison | R::compare_op => Phrase::Words("a relation such as `==`"),
        R::type_test | R::type_relation => Phrase::Words("a type relation"),
        R::shape | R::relation => Phrase::Words("`inside`, `contains` or another relation"),
        R::type_text | R::type_core => Phrase::Words("a type"),
        R::symbol => Phrase::Words("a symbol such as `http.Get`"),
        R::used_module => Phrase::Words("a module"),
        _ => Phrase::Silent,
    }
}
