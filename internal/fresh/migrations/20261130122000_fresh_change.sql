-- +goose Up
create table page_change (
	province bigint not null,
	id bigint not null,
	at bigint not null,
	tags text not null,
	primary key (province, id)
);
create index page_change_at on page_change (at, province, id);
