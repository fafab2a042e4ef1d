-- +goose Up
create table notice (
	province bigint not null,
	id bigint not null,
	agency bigint not null,
	channel text not null check (channel in ('email', 'sms')),
	address bytea,
	masked text not null,
	lang text not null,
	template text not null,
	number text not null,
	state bigint not null check (state in (0, 1, 2)),
	tries bigint not null,
	fault text not null,
	created bigint not null,
	done bigint,
	primary key (province, id)
);
create index notice_agency on notice (province, agency, id);
create index notice_number on notice (province, number, id);
create index notice_done on notice (done) where address is not null;
