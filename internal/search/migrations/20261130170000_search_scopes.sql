-- +goose Up
-- The scopes of a document, divided by blanks, for telling where the hits of a
-- question lie without asking the index once for every scope.
alter table search_doc add column scopes text not null default '';
