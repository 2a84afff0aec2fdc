; Colours of rule files.

["use" "rule" "predicate" "symbols" "fact" "resource" "instance" "model" "declare"] @keyword
["test" "bad" "good" "with" "fixed" "comment"] @keyword
(clause_keyword) @keyword
(keyword) @keyword.operator
(category) @type.builtin
(boolean) @boolean

(rule name: (identifier) @function)
(predicate name: (identifier) @function)
(symbols name: (identifier) @constant)
(fact name: (identifier) @function)
(resource name: (identifier) @type)
(instance name: (identifier) @function generic: (identifier) @function)
(module) @module

(hole) @variable.parameter
(run) @variable.parameter
(label) @label
(dots) @punctuation.special
(operator) @operator
(number) @number
(string) @string
(rune) @character
(doc_comment) @comment.documentation
(comment) @comment
(comment_text) @comment

["{" "}" "(" ")" "[" "]" "$("] @punctuation.bracket
