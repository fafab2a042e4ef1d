-- +goose Up
-- The step a macro does (accept, dispatch, accept_dispatch; '' keeps its text as the draft of a reply), and
-- the unit it passes on to; null: the unit the dispatch catalogue names.
alter table knowledge_canned add column does text not null default '';
alter table knowledge_canned add column lead bigint;
