package main

import "yangguang/supervision/casework/knowledge"

// wireKnowledge joins the knowledge base.
func (h *house) wireKnowledge() {
	h.knowledge = &knowledge.Knowledge{DB: h.db, Front: h.front, Calendars: h.calendars, Topics: h.norm.Casework.TopicChoices()}
	h.knowledge.Join(h.front)
	h.accounts.Register(knowledge.Verbs()...)
}
