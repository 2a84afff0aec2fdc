; Examples and declarations are Go.

((go_block) @injection.content
  (#set! injection.language "go")
  (#set! injection.include-children))
