-- +goose Up
-- The numbers people may call (3.1.1). number is this installation's own: configuration, never in the program.
create table hotline_line (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  number text not null, name text not null, mode text not null, target text not null default '', hours text not null default '', sealed boolean not null default false,
  overflow bigint, overflow_after integer not null default 30, wrapup integer not null default 30, ring integer not null default 20,
  fallback text not null default '', record boolean not null default false, lang text not null default '', purpose text not null default '',
  crisis text not null default '', police text not null default '', ambulance text not null default '', active boolean not null default true,
  by_person bigint, at bigint not null,
  primary key (province, id),
  constraint hotline_line_mode check (mode in ('own', 'subcentre', 'transfer')),
  constraint hotline_line_target check (mode <> 'transfer' or target <> ''),
  constraint hotline_line_sealed check (not sealed or not record)
);
create unique index hotline_line_number on hotline_line (province, number);
create index hotline_line_by_number on hotline_line (number);
create index hotline_line_agency on hotline_line (agency, id);

-- Who answers. pool: also takes what overflows into the province's virtual queue. fence grows with each offer.
create table hotline_seat (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  person bigint not null, label text not null, pool boolean not null default false, state text not null default 'off', since bigint not null, idle_since bigint not null,
  reason text not null default '', reach text not null default '', phone bigint, node text not null default '', wrap_until bigint, lease_until bigint, fence bigint not null default 0, active boolean not null default true,
  primary key (province, id),
  constraint hotline_seat_state check (state in ('off', 'ready', 'offered', 'busy', 'wrapup', 'away')),
  constraint hotline_seat_reach check (state = 'off' or reach in ('browser', 'phone')),
  constraint hotline_seat_wrapup check (state = 'wrapup' or wrap_until is null)
);
create unique index hotline_seat_person on hotline_seat (province, person);
create index hotline_seat_by_person on hotline_seat (person);
create index hotline_seat_ready on hotline_seat (province, idle_since, id) where state = 'ready';
create index hotline_seat_on on hotline_seat (province, agency, id) where state <> 'off';
create index hotline_seat_node on hotline_seat (node, id) where state <> 'off';
create index hotline_seat_agency on hotline_seat (agency, id);
create index hotline_seat_wrap on hotline_seat (wrap_until, id) where state = 'wrapup';

-- What a seat is good at. kind: topic, dialect, division, leader, report. level: 1 to 9.
create table hotline_skill (
  province integer not null, seat bigint not null, kind text not null, code text not null, level integer not null,
  primary key (province, seat, kind, code),
  constraint hotline_skill_kind check (kind in ('topic', 'dialect', 'division', 'leader', 'report')),
  constraint hotline_skill_level check (level between 1 and 9)
);

-- A call. number: sealed; caller: its keyed hash, which says only "the same again". about: the unit a sealed call complains of.
-- chosen: ended in self-service because the caller wanted it. way: in from the public, out for a call-back.
create table hotline_call (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  line bigint not null, way text not null default 'in', number bytea, caller bytea, private boolean not null default false, sealed boolean not null default false, about bigint,
  wants text not null default '', priority integer not null default 0, overflow bigint, overflow_at bigint, trunk text not null default '',
  state text not null, node text not null, arrived_at bigint not null, queued_at bigint, offered_at bigint, answered_at bigint, ended_at bigint, held_at bigint,
  seat bigint, person bigint, callback bigint, matter bigint, matter_number text not null default '', chosen boolean not null default false,
  by_side text not null default '', why text not null default '', transferred text not null default '', rating integer, draft bytea, message text not null default '',
  primary key (province, id),
  constraint hotline_call_state check (state in ('arrived', 'queued', 'offered', 'talking', 'ended')),
  constraint hotline_call_way check (way in ('in', 'out')),
  constraint hotline_call_ended check ((state = 'ended') = (ended_at is not null)),
  constraint hotline_call_queued check (state not in ('queued', 'offered') or queued_at is not null),
  constraint hotline_call_talking check (state <> 'talking' or seat is not null and answered_at is not null),
  constraint hotline_call_rating check (rating is null or rating between 1 and 5)
);
-- The live are few among many ended.
create index hotline_call_waiting on hotline_call (province, priority desc, queued_at, id) where state = 'queued';
create index hotline_call_live on hotline_call (node, id) where state <> 'ended';
create index hotline_call_open on hotline_call (agency, id) where state <> 'ended';
create index hotline_call_seat on hotline_call (province, seat, id) where seat is not null;
create index hotline_call_agency on hotline_call (agency, arrived_at, id);
create index hotline_call_caller on hotline_call (province, caller, id) where caller is not null;
create index hotline_call_number on hotline_call (ended_at, id) where number is not null and state = 'ended';
create index hotline_call_matter on hotline_call (matter, id) where matter is not null;

-- What happened, append-only: the figures are counted again from these alone. code is of a closed list, never what a caller said or typed.
create table hotline_event (
  province integer not null, call bigint not null, id bigint not null, line bigint not null, kind text not null, at bigint not null, seat bigint, person bigint, code text not null default '', n integer not null default 0,
  primary key (province, call, id)
);
create index hotline_event_line on hotline_event (line, at, call, id);

-- A call rings at a seat. The constraints judge: one live offer to a call, and one to a seat.
create table hotline_offer (
  province integer not null, id bigint not null, call bigint not null, seat bigint not null, fence bigint not null, at bigint not null, until bigint not null,
  taken_at bigint, ended_at bigint, outcome text not null default '',
  primary key (province, id),
  constraint hotline_offer_outcome check (outcome in ('', 'taken', 'declined', 'expired', 'withdrawn', 'lost')),
  constraint hotline_offer_ended check ((ended_at is null) = (outcome = ''))
);
create unique index hotline_offer_call on hotline_offer (province, call) where ended_at is null;
create unique index hotline_offer_seat on hotline_offer (province, seat) where ended_at is null;
create index hotline_offer_until on hotline_offer (until, id) where ended_at is null;
create index hotline_offer_history on hotline_offer (province, call, id);

-- Whom to call back. The constraint judges: one live call-back to one caller. queued_at keeps the place he had; first: before everybody who waits.
create table hotline_callback (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  line bigint not null, call bigint not null, number bytea not null, caller bytea not null, private boolean not null default false, sealed boolean not null default false, about bigint, wants text not null default '',
  reason text not null, first boolean not null default false, state text not null default 'open', queued_at bigint not null, due_at bigint not null, tries integer not null default 0, tried_at bigint,
  seat bigint, person bigint, taken_at bigint, done_at bigint, result text not null default '', draft bytea, matter bigint, at bigint not null,
  primary key (province, id),
  constraint hotline_callback_reason check (reason in ('abandoned', 'asked', 'interrupted', 'message')),
  constraint hotline_callback_state check (state in ('open', 'taken', 'done')),
  constraint hotline_callback_result check ((state = 'done') = (result <> '')),
  constraint hotline_callback_taken check (state <> 'taken' or taken_at is not null)
);
create unique index hotline_callback_live on hotline_callback (province, caller) where state in ('open', 'taken');
create index hotline_callback_due on hotline_callback (first desc, queued_at, id) where state = 'open';
create index hotline_callback_agency on hotline_callback (agency, state, id);
create index hotline_callback_call on hotline_callback (province, call, id);
create index hotline_callback_number on hotline_callback (done_at, id) where state = 'done';

-- The processes that carry calls. draining: takes no new ones.
create table hotline_node (
  name text not null primary key, beat_at bigint not null, started_at bigint not null, draining boolean not null default false, swept_at bigint
);

-- Desk phones. ha1: what digest needs, sealed; the secret itself is shown once and kept nowhere.
create table hotline_phone (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  name text not null, label text not null, realm text not null, ha1 bytea not null, active boolean not null default true, at bigint not null, by_person bigint,
  contact text not null default '', source text not null default '', transport text not null default '', node text not null default '', registered_at bigint, expires_at bigint,
  primary key (province, id)
);
create unique index hotline_phone_name on hotline_phone (province, name);
create index hotline_phone_agency on hotline_phone (agency, id);

-- What ended calls add up to, by line and day of arrival.
create table hotline_tally (
  province integer not null, line bigint not null, day text not null, agency bigint not null, prefecture bigint not null, county bigint not null,
  arrived integer not null default 0, chosen integer not null default 0, outside integer not null default 0, quick integer not null default 0, offered integer not null default 0, answered integer not null default 0, swift integer not null default 0,
  abandoned integer not null default 0, interrupted integer not null default 0, wait_ms bigint not null default 0, talk_ms bigint not null default 0, rated integer not null default 0, stars integer not null default 0,
  primary key (province, line, day)
);
create index hotline_tally_agency on hotline_tally (agency, day);
