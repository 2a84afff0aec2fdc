(body) @fold
(go_block) @fold
