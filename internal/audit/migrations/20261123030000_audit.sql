-- +goose Up
create table audit (
	province bigint not null,
	seq bigint not null,
	at bigint not null,
	person bigint not null,
	login bigint not null,
	agency bigint not null,
	verb text not null check (verb <> ''),
	object text not null,
	reason text not null,
	detail text not null,
	prev bytea not null,
	hash bytea not null,
	primary key (province, seq)
);
create index audit_object on audit (province, object, seq);
create index audit_person on audit (province, person, seq);
create index audit_agency on audit (province, agency, seq);
create table audit_head (
	province bigint primary key,
	seq bigint not null,
	hash bytea not null
);
