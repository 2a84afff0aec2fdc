package p

var (
	_ = ärger("grüß dich") // want "^ärger$"
	_ = b("gr\u00fc\u00df dich") // want "^b$"
	_ = c("grüss dich")
)
