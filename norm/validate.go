package norm

func (r *reader) validate(p *Profile) {}
