-- +goose Up
-- Matters the public brings (3.1.3). What people wrote and who they are is sealed; the subject is masked.
-- agency: answers for the matter and its outer clock. holder: the unit that has it now. about: the unit it complains of.
create table casework (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null,
  agency bigint not null, holder bigint not null, holder_region bigint not null, handler bigint, section text not null default '',
  number text not null, code bytea not null, token bytea not null,
  channel text not null, type text not null, class text not null, topic text not null default '', stage text not null default '',
  state text not null, subject text not null, told bytea, contact bytea, has_contact boolean not null default false, ack text not null default '', lang text not null default '',
  helped boolean not null default false, about bigint, hidden boolean not null default false, item text not null default '', outside text not null default '',
  who bytea, filed_at bigint not null, accepted_at bigint, first_due bigint, due_at bigint, step text not null default '', step_from bigint, step_due bigint, next_at bigint,
  warned integer not null default 0, step_warned integer not null default 0, provisional boolean not null default false, calendar text not null default '',
  extended integer not null default 0, asked integer not null default 0, reopened integer not null default 0, hops integer not null default 0,
  refusal text not null default '', result text not null default '', promise_on text, replied_at bigint, delivered_at bigint, delivery text not null default '',
  rated text not null default '', discontent text not null default '', closed_at bigint, late boolean not null default false,
  merged_into bigint, was text not null default '', common bigint, remedy_of bigint, archived_at bigint, destroyed_at bigint,
  primary key (province, id),
  constraint casework_state check (state in ('registered', 'supplementing', 'accepted', 'dispatched', 'objected', 'handling', 'suspended', 'review', 'replied', 'callback', 'promised', 'merged', 'closed')),
  constraint casework_closed check ((state = 'closed') = (closed_at is not null)),
  -- Nothing closes unheard: delivered with proof, or by a coded impossibility.
  constraint casework_heard check (state <> 'closed' or delivery <> '' or result = 'withdrawn'),
  constraint casework_merged check ((state = 'merged') = (merged_into is not null)),
  constraint casework_delivered check (state not in ('callback', 'promised') or delivery <> ''),
  constraint casework_conflict check (not hidden or about is null or (agency <> about and holder <> about))
);
create unique index casework_number on casework (province, number);
create index casework_by_number on casework (number);
create unique index casework_token on casework (province, token);
-- The open are few among many closed.
create index casework_next on casework (next_at, id) where next_at is not null;
create index casework_holder on casework (holder, (coalesce(due_at, step_due, 9223372036854775807)), id) where state not in ('closed', 'merged');
create index casework_agency on casework (agency, (coalesce(due_at, step_due, 9223372036854775807)), id) where state not in ('closed', 'merged');
create index casework_handler on casework (handler, (coalesce(due_at, step_due, 9223372036854775807)), id) where handler is not null and state not in ('closed', 'merged');
create index casework_county on casework (county, (coalesce(due_at, step_due, 9223372036854775807)), id) where state not in ('closed', 'merged');
create index casework_prefecture on casework (prefecture, (coalesce(due_at, step_due, 9223372036854775807)), id) where state not in ('closed', 'merged');
create index casework_province_open on casework (province, (coalesce(due_at, step_due, 9223372036854775807)), id) where state not in ('closed', 'merged');
create index casework_done on casework (agency, closed_at, id) where state in ('closed', 'merged');
create index casework_done_holder on casework (holder, closed_at, id) where state in ('closed', 'merged');
create index casework_same on casework (agency, topic, filed_at, id);
create index casework_who on casework (who, id) where who is not null;
create index casework_about on casework (about, id) where about is not null;
create index casework_into on casework (merged_into, id) where merged_into is not null;
create index casework_by_common on casework (common, id) where common is not null;
create index casework_outside on casework (outside) where outside <> '';

-- What happened, for the clocks, the person and inspection. public: the person sees it.
create table casework_event (
  province integer not null, matter bigint not null, id bigint not null, kind text not null, at bigint not null, unit bigint,
  person bigint, ref bigint, n integer, code text not null default '', note bytea, public boolean not null,
  primary key (province, matter, id)
);

-- One step down or across the tree: 转办, 交办. lead: 主办; otherwise 协办.
create table casework_hop (
  province integer not null, matter bigint not null, id bigint not null, n integer not null, from_unit bigint not null, unit bigint not null, region bigint not null, lead boolean not null,
  sent_at bigint not null, sent_by bigint, sign_by bigint not null, signed_at bigint, signed_by bigint, ended_at bigint, outcome text not null default '', contribution bytea,
  primary key (province, matter, id),
  constraint hop_outcome check (outcome in ('', 'passed_on', 'objected', 'recalled', 'done'))
);
create index casework_hop_unit on casework_hop (unit, id) where ended_at is null;
create index casework_hop_from on casework_hop (from_unit, id) where ended_at is null;

-- A reply. Whoever approves has not written it.
create table casework_reply (
  province integer not null, matter bigint not null, id bigint not null, unit bigint not null, result text not null, promise_on text, content bytea not null, quotes text not null default '',
  state text not null, author bigint not null, author_for bigint, submitted_at bigint, approver bigint, approver_for bigint, approved_at bigint,
  primary key (province, matter, id),
  constraint reply_state check (state in ('draft', 'review', 'returned', 'approved')),
  constraint reply_persons check (approver is null or approver <> author and approver <> coalesce(author_for, 0) and coalesce(approver_for, -1) <> author and coalesce(approver_for, -1) <> coalesce(author_for, 0)),
  constraint reply_approved check ((state = 'approved') = (approver is not null))
);

-- What the person said when asked: by himself, or to somebody who called back.
create table casework_rating (
  province integer not null, matter bigint not null, id bigint not null, at bigint not null, channel text not null, person bigint,
  reached boolean not null, contacted text not null default '', solved text not null default '', satisfied text not null default '', discontent text not null default '', note bytea,
  primary key (province, matter, id)
);

-- The text a unit complained of may see, once the person agrees.
create table casework_release (
  province integer not null, matter bigint not null, id bigint not null, unit bigint not null, content bytea not null, proposed_by bigint not null, proposed_at bigint not null,
  state text not null, decided_at bigint,
  primary key (province, matter, id),
  constraint release_state check (state in ('proposed', 'released', 'refused', 'withdrawn'))
);

-- Officials who keep out: 回避.
create table casework_recusal (
  province integer not null, matter bigint not null, person bigint not null, reason bytea not null, by_person bigint not null, at bigint not null,
  primary key (province, matter, person)
);
create index casework_recusal_person on casework_recusal (person, matter);

create table casework_file (
  province integer not null, matter bigint not null, id bigint not null, purpose text not null, name bytea not null, kind text not null,
  size bigint not null, hash text not null, sha text not null, found integer not null default 0, blocked boolean not null default false, uncertain text not null default '',
  at bigint not null, person bigint, destroyed_at bigint,
  primary key (province, matter, id),
  constraint casework_file_purpose check (purpose in ('told', 'reply', 'evidence', 'order'))
);

-- Matters with one cause: 共性问题.
create table casework_common (
  province integer not null, id bigint not null, agency bigint not null, region bigint not null, title text not null, note text not null default '', opened_by bigint not null, opened_at bigint not null, closed_at bigint,
  primary key (province, id)
);
create index casework_common_agency on casework_common (agency, opened_at, id);

-- 派单目录: which unit leads on a topic in a part of a dispatcher's area.
create table casework_catalogue (
  province integer not null, id bigint not null, agency bigint not null, topic text not null, region bigint not null, unit bigint not null, co_units text not null default '', note text not null default '',
  valid_from text not null, valid_to text, by_person bigint not null, at bigint not null,
  primary key (province, id)
);
create index casework_catalogue_agency on casework_catalogue (agency, topic, id);

-- Forms not sent yet, sealed; destroyed after some days.
create table casework_draft (
  code bytea not null primary key, content bytea not null, at bigint not null, until bigint not null
);
create index casework_draft_until on casework_draft (until);

-- Wrong codes, by a keyed hash of the number.
create table casework_try (number bytea not null, hour bigint not null, times integer not null, primary key (number, hour));
