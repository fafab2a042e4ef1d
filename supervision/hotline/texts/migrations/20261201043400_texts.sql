-- +goose Up
-- The number people may text to a line (3.1.1: those who cannot hear). It is configuration.
create table text_line (
  province integer not null, line bigint not null, number text not null, by_person bigint not null, at bigint not null,
  primary key (province, line)
);
create unique index text_line_number on text_line (province, number);
create index text_line_by_number on text_line (number);

-- A conversation by text. number: sealed; caller: its keyed hash. person: who answers it. unread: messages since.
create table text_chat (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  line bigint not null, number bytea, caller bytea, state text not null default 'open', person bigint, unread integer not null default 0, opened_at bigint not null, last_at bigint not null, first_reply_at bigint, closed_at bigint, why text not null default '',
  matter bigint, matter_number text not null default '',
  primary key (province, id),
  constraint text_chat_state check (state in ('open', 'closed') and (state = 'closed') = (closed_at is not null)),
  constraint text_chat_why check (why in ('', 'done', 'silent'))
);
create unique index text_chat_live on text_chat (province, line, caller) where state = 'open';
create index text_chat_agency on text_chat (agency, state, last_at, id);
create index text_chat_region on text_chat (region, state, last_at, id);
create index text_chat_silent on text_chat (last_at, id) where state = 'open';
create index text_chat_number on text_chat (closed_at, id) where number is not null;

-- What was said. body: sealed. gateway: the operator's id, taken once. person: who of ours wrote; null of an automatic answer.
create table text_message (
  province integer not null, chat bigint not null, id bigint not null, way text not null, body bytea, person bigint, gateway text not null default '', notice bigint, at bigint not null,
  primary key (province, chat, id),
  constraint text_message_way check (way in ('in', 'out'))
);
create unique index text_message_once on text_message (province, gateway) where gateway <> '';
