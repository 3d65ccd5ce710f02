-- A row of the outbox is a message: jobs of one lane that were accepted together share it. Absent where job_id travels alone.
alter table outbox add column others uuid[];
