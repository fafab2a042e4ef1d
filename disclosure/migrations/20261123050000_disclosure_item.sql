-- +goose Up
-- 一 信息公开: what an agency publishes. Title and content are of the office, never of a private person.
create table item (
  province integer not null, id bigint not null,
  prefecture bigint not null, county bigint not null, region bigint not null,
  agency bigint not null, category text not null, period text not null default '',
  number text, year integer, serial integer,
  state text not null, current bigint, title text not null default '',
  formed_on text, ends_on text, validity text not null default 'valid', emergency boolean not null default false,
  corrected boolean not null default false, timely boolean,
  published_at bigint, changed_at bigint not null,
  ended_at bigint, end_kind text, end_reason text,
  imported bigint, explains bigint,
  primary key (province, id),
  constraint item_state check (state in ('unpublished', 'published', 'taken_down')),
  constraint item_validity check (validity in ('valid', 'amended', 'expired', 'abolished')),
  constraint item_numbered check (state = 'unpublished' or (number is not null and current is not null and published_at is not null)),
  constraint item_taken_down check (state <> 'taken_down' or (end_reason is not null and ended_at is not null))
);
create unique index item_number on item (province, number);
create unique index item_year_serial on item (province, agency, year, serial);
create index item_province on item (province, published_at, id) where state = 'published';
create index item_prefecture on item (prefecture, published_at, id) where state = 'published';
create index item_county on item (county, published_at, id) where state = 'published';
create index item_region on item (region, published_at, id) where state = 'published';
create index item_agency on item (agency, category, published_at, id);
create index item_explains on item (province, explains) where explains is not null;

-- Who wrote, reviewed and approved are natural persons of the office; the constraints refuse one in two of the roles.
create table item_version (
  province integer not null, id bigint not null, item bigint not null, number integer not null,
  state text not null, step text not null default '', rule text not null,
  title text not null, summary text not null default '', form text not null default '',
  data text not null default '', body text not null default '', body_text text not null default '',
  openness text not null default 'proactive', openness_ground text not null default '',
  formed_on text, ends_on text, doc_number text, keywords text not null default '', explains bigint,
  reason text not null default '', emergency boolean not null default false, review_owed boolean not null default false,
  publish_at bigint, revision integer not null default 1,
  author bigint not null, reviewer bigint, reviewer2 bigint, approver bigint,
  created_at bigint not null, saved_at bigint not null, submitted_at bigint, approved_at bigint, published_at bigint,
  primary key (province, id), foreign key (province, item) references item (province, id),
  constraint version_state check (state in ('draft', 'review', 'referred', 'approved', 'published', 'superseded', 'discarded')),
  constraint version_openness check (openness in ('proactive', 'on_request', 'withheld')),
  constraint version_author_reviews check (reviewer is null or reviewer <> author),
  constraint version_author_reviews2 check (reviewer2 is null or reviewer2 <> author),
  constraint version_author_approves check (approver is null or approver <> author),
  constraint version_reviewer_approves check (approver is null or reviewer is null or reviewer <> approver),
  constraint version_reviewer2_approves check (approver is null or reviewer2 is null or reviewer2 <> approver),
  constraint version_unreviewed check (state not in ('approved', 'published', 'superseded') or (approver is not null and (reviewer is not null or emergency))),
  constraint version_withheld check (openness = 'proactive' or openness_ground <> '')
);
create unique index version_number on item_version (province, item, number);
create unique index version_open on item_version (province, item) where state in ('draft', 'review', 'referred', 'approved');
create index version_waiting on item_version (province, state, saved_at, id) where state in ('draft', 'review', 'referred', 'approved');
create index version_scheduled on item_version (publish_at, id) where state = 'approved';
create index version_owed on item_version (province, id) where review_owed;
create index version_author on item_version (province, author, state);

create table item_step (
  province integer not null, id bigint not null, version bigint not null, step text not null, verb text not null,
  person bigint not null, principal bigint, at bigint not null, checks text not null default '',
  basis text not null default '', note text not null default '',
  primary key (province, id), foreign key (province, version) references item_version (province, id)
);
create index step_version on item_step (province, version, id);

create table item_file (
  province integer not null, id bigint not null, version bigint not null, position integer not null,
  name text not null, kind text not null, size bigint not null, hash text not null, note text not null default '',
  uncertain text not null default '', cleared_by bigint, cleared_reason text not null default '', at bigint not null,
  primary key (province, id), foreign key (province, version) references item_version (province, id),
  constraint file_size check (size >= 0)
);
create index file_version on item_file (province, version, position, id);
create index file_hash on item_file (hash);

-- A finding of the privacy gate keeps a masked excerpt and its place, never the value found.
create table item_finding (
  province integer not null, id bigint not null, version bigint not null, file bigint,
  kind text not null, class text not null, place text not null, masked text not null, fingerprint text not null,
  state text not null default 'open', person bigint, reason text not null default '', at bigint not null,
  primary key (province, id), foreign key (province, version) references item_version (province, id),
  constraint finding_state check (state in ('open', 'released')),
  constraint finding_never check (class <> 'never' or state = 'open')
);
create index finding_version on item_finding (province, version, id);

create table item_event (
  province integer not null, id bigint not null, item bigint not null, at bigint not null, verb text not null,
  version integer, reason text not null default '',
  primary key (province, id), foreign key (province, item) references item (province, id)
);
create index event_item on item_event (province, item, id);

create table item_serial (
  province integer not null, agency bigint not null, year integer not null, last integer not null,
  primary key (province, agency, year)
);

create table old_address (
  province integer not null, path text not null, item bigint not null,
  primary key (province, path), foreign key (province, item) references item (province, id)
);
create index old_address_item on old_address (province, item);

-- 发文字号 register: one document number names one item of the agency, for ever.
create table doc_number (
  province integer not null, agency bigint not null, number text not null, item bigint not null,
  primary key (province, agency, number), foreign key (province, item) references item (province, id)
);

-- 催公开: how often the public asked for a missing entry. Nothing is kept of who asked.
create table nudge (
  province integer not null, agency bigint not null, category text not null, period text not null, times integer not null,
  first_at bigint not null, last_at bigint not null,
  primary key (province, agency, category, period)
);

-- A reader's report of an error: text and contact are sealed; the unit and its superior read them, each reading recorded.
create table error_report (
  province integer not null, id bigint not null, item bigint not null, agency bigint not null, superior bigint,
  kind text not null, text bytea not null, contact bytea, state text not null default 'open',
  at bigint not null, due_on text, answer text not null default '', answered_by bigint, answered_at bigint,
  primary key (province, id), foreign key (province, item) references item (province, id),
  constraint report_state check (state in ('open', 'answered')),
  constraint report_answered check (state = 'open' or (answer <> '' and answered_by is not null))
);
create index report_agency on error_report (agency, state, at, id);
create index report_superior on error_report (superior, state, at, id);
