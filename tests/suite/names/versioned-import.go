package p

import "github.com/jackc/pgx/v5"

var a = pgx.Connect() // want "connects"

var b = v5.Connect()
