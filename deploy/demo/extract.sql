-- The demo council's rows as extracts: one query for each file, after a line with its name. Days are moments at
-- midnight, as the Standard Safeguarding Dataset has them; social care's tables hold only whom it knows.

-- pupil.csv
SELECT 'p' || id AS pupil_id, upn, array_to_string(former_upns, ';') AS former_upns, given AS forename,
       family AS surname, to_char(born, 'YYYY-MM-DD "00:00:00.000"') AS born
  FROM person

-- enrolment.csv
SELECT 'e' || id AS enrolment_id, 'p' || person_id AS pupil_id, urn, to_char(starts, 'YYYY-MM-DD "00:00:00.000"') AS starts,
       to_char(ends, 'YYYY-MM-DD "00:00:00.000"') AS ends
  FROM school_history

-- ssd_person.csv
SELECT id AS pers_person_id, upn AS pers_upn, given AS pers_forename, family AS pers_surname,
       to_char(born, 'YYYY-MM-DD "00:00:00.000"') AS pers_dob
  FROM person
 WHERE restricted OR EXISTS (SELECT FROM involvement WHERE person_id = person.id)
    OR EXISTS (SELECT FROM allocation WHERE person_id = person.id)

-- ssd_cin_episodes.csv
SELECT id AS cine_referral_id, person_id AS cine_person_id, to_char(opened, 'YYYY-MM-DD "00:00:00.000"') AS cine_referral_date,
       to_char(closed, 'YYYY-MM-DD "00:00:00.000"') AS cine_close_date, 'N' AS cine_referral_nfa,
       team_id AS cine_referral_team
  FROM involvement
 WHERE plan IS DISTINCT FROM 'early_help'

-- ssd_early_help_episodes.csv
SELECT 'h' || id AS earl_episode_id, person_id AS earl_person_id,
       to_char(opened, 'YYYY-MM-DD "00:00:00.000"') AS earl_episode_start_date,
       to_char(closed, 'YYYY-MM-DD "00:00:00.000"') AS earl_episode_end_date,
       NULL AS earl_episode_worker_id, team_id AS earl_episode_organisation
  FROM involvement
 WHERE plan = 'early_help'

-- ssd_involvements.csv
SELECT id AS invo_involvements_id, person_id AS invo_person_id, worker_id AS invo_professional_id,
       CASE WHEN is_lead THEN 'ASW' ELSE 'COW' END AS invo_professional_role_id,
       to_char(starts, 'YYYY-MM-DD "00:00:00.000"') AS invo_involvement_start_date,
       to_char(ends, 'YYYY-MM-DD "00:00:00.000"') AS invo_involvement_end_date
  FROM allocation

-- ssd_professionals.csv
SELECT id AS prof_professional_id, 'n' || id AS prof_staff_id,
       regexp_replace(name, '^(.*) ([^ ]+)$', '\2, \1') AS prof_professional_name,
       CASE job WHEN 'social_worker' THEN 'Social Worker' ELSE 'Family Support Worker' END AS prof_professional_job_title
  FROM worker

-- ssd_department.csv
SELECT id AS dept_team_id, name AS dept_team_name FROM team

-- restricted.csv
SELECT id AS pers_person_id, 'Y' AS restricted FROM person WHERE restricted

-- roles.csv
SELECT * FROM (VALUES ('ASW', 'lead'), ('COW', 'allocated'), ('IRO', 'none')) AS role (role_id, role_means)

-- jobs.csv
SELECT *
  FROM (VALUES ('Social Worker', 'social_worker'), ('Family Support Worker', 'support_worker')) AS job (job_title, job_means)

-- staff.csv
SELECT 'n' || id AS staff_id, team_id, phone, email, to_char(left_on, 'YYYY-MM-DD "00:00:00.000"') AS left_on,
       to_char(absent_until, 'YYYY-MM-DD "00:00:00.000"') AS absent_until
  FROM worker

-- teams.csv
SELECT id AS team_id, duty_phone, duty_hours, out_of_hours_phone FROM team
