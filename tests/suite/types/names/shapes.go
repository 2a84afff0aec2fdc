package names

// Shape is a sum type.
type Shape interface{ shape() }

type Circle struct{}

func (Circle) shape() {}

type square struct{}

func (*square) shape() {}

// Round is some of the shapes.
type Round interface {
	Shape
	round()
}

func (Circle) round() {}

// Alias adds no shape.
type Alias = Circle

const (
	late   color = 9
	Unique level = "u"
)
