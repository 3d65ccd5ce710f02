-- Safe for older versions.
-- An older process carries out what a newer one took without it; while both run, an action by queue may so touch more of its kind.
alter table job_actions add column queue text;
