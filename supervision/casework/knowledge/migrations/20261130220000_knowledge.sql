-- +goose Up
-- The knowledge base of those who answer the public (3.1.1, 3.1.3). The columns from title on are those of the version
-- that stands, or of the first one under way. region is where it holds, seat where its owner sits.
create table knowledge_article (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null,
  agency bigint not null, seat bigint not null, standing integer not null default 0, working integer not null default 0, state text not null,
  title text not null, topic text not null, audience text not null, lang text not null, valid_from text not null, valid_to text, review_on text not null,
  primary key (province, id),
  constraint knowledge_article_state check (state in ('draft', 'review', 'valid', 'retired')),
  constraint knowledge_article_audience check (audience in ('public', 'staff')),
  constraint knowledge_article_standing check (standing > 0 or state in ('draft', 'review')),
  constraint knowledge_article_period check (valid_to is null or valid_to >= valid_from)
);
create index knowledge_article_place on knowledge_article (region, state, topic, id);
create index knowledge_article_unit on knowledge_article (agency, state, id);
create index knowledge_article_review on knowledge_article (state, review_on, id);

create table knowledge_version (
  province integer not null, article bigint not null, number integer not null,
  title text not null, questions text not null, answer text not null, topic text not null, law text not null, law_article text not null, law_url text not null,
  valid_from text not null, valid_to text, review_on text not null, audience text not null, lang text not null, link text not null,
  state text not null, note text not null default '', reason text not null default '', hash text not null default '', saves integer not null default 1,
  author bigint not null, author_for bigint, reviewer bigint, reviewer_for bigint, written_at bigint not null, decided_at bigint,
  primary key (province, article, number),
  constraint knowledge_version_state check (state in ('draft', 'review', 'valid', 'revised', 'retired')),
  constraint knowledge_version_persons check (reviewer is null or reviewer <> author and reviewer <> coalesce(author_for, 0) and coalesce(reviewer_for, -1) <> author and coalesce(reviewer_for, -1) <> coalesce(author_for, 0)),
  constraint knowledge_version_reviewed check ((state in ('valid', 'revised', 'retired')) = (reviewer is not null and hash <> '')),
  constraint knowledge_version_retired check ((state = 'retired') = (reason <> ''))
);
create index knowledge_version_state_of on knowledge_version (state, province, article);

-- Who of the staff ever wrote at a version: none of them lets it pass.
create table knowledge_hand (
  province integer not null, article bigint not null, number integer not null, person bigint not null,
  primary key (province, article, number, person)
);

-- Counts by month: used in answers, solved, did not solve and why. Nothing of who asked.
create table knowledge_tally (
  province integer not null, article bigint not null, number integer not null, what text not null, month text not null, n integer not null,
  primary key (province, article, number, what, month)
);

-- "This is wrong or outdated": by staff with words, by readers with a code and how many said so.
create table knowledge_report (
  province integer not null, id bigint not null, article bigint not null, number integer not null, agency bigint not null, seat bigint not null,
  source text not null, kind text not null, note text not null default '', times integer not null default 1, person bigint, at bigint not null, due_on text not null,
  state text not null default 'open', outcome text not null default '', words text not null default '', closed_by bigint, closed_at bigint,
  primary key (province, id),
  constraint knowledge_report_source check (source in ('staff', 'public')),
  constraint knowledge_report_words check ((source = 'staff') = (person is not null) and (source = 'staff' or note = '')),
  constraint knowledge_report_closed check ((state = 'closed') = (closed_by is not null and outcome <> ''))
);
create index knowledge_report_unit on knowledge_report (agency, state, due_on, id);
create index knowledge_report_article on knowledge_report (province, article, state);

-- What the night's job listed as due for review.
create table knowledge_due (
  province integer not null, article bigint not null, review_on text not null, listed_on text not null,
  primary key (province, article)
);

-- Canned replies of a unit, or of one person; with a topic or a note, macros.
create table knowledge_canned (
  province integer not null, id bigint not null, agency bigint not null, seat bigint not null, person bigint,
  name text not null, body text not null, suits text not null default '', topic text not null default '', note text not null default '',
  saves integer not null default 1, changed_at bigint not null, changed_by bigint not null,
  primary key (province, id)
);
create index knowledge_canned_unit on knowledge_canned (agency, name, id);
create index knowledge_canned_person on knowledge_canned (person, name, id);
