// Reports as JSON, on the control socket and with --json. Stable: keys are added, never renamed or given another
// meaning without a new schema number. Durations are seconds with a fraction; `null` means that there is none.
//
//   {"schema":1,"status":{site, epoch, serving, draining, drain_reason,
//       drain_ends_in_seconds|null, database_available, users, registrations, guests,
//       admissions:{rate, waiting, all_in_seconds},
//       homes:[{home, health, phase, phase_seconds, guests, records, backed_up_here, why}]}}
//   {"schema":1,"peers":[{site, link_up, link_detail, health, silence_seconds, epoch, serving, leaving,
//       registrations_behind, records_behind, registrations, mismatches:[text]}]}
//   {"schema":1,"registrations":[{aor, site, guest_of|null, contact, flow, user_agent, terminal, age_seconds,
//       remaining_seconds}],"next":number|null}          with --json all pages in one, without `next`
//   {"schema":1,"groups":[{aor, display_name, extension, enabled, home, in_service_at, since_seconds, trouble|null,
//       strategy, members:[{to, registered_at|null}], overflow|null, night:[text], night_target|null, night_now}],
//       "next":aor|null}                                 with --json all pages in one, without `next`
//   {"schema":1,"licences":[{pool, capacity, used, free, ends_in_seconds|null}]}
//   {"schema":1,"explain":{aor, admitted, rule, explanation, advice, facts:[{name, value}]}}
//   {"schema":1,"ready":{site, ready, pairs:[{home, backup|null, ready, findings:[finding]}]}}      exit code 1: not
//   ready
//   {"schema":1,"drill":{home, backup, phones, covered, physical, not_covered:[{reason, phones, advice, first:[aor]}],
//       first_guest_seconds|null, first_guest_unwitnessed_seconds|null, pacing_seconds|null,
//       last_refresh_seconds|null, findings:[finding]}}
//       finding: {severity, name, text, advice}, severity: blocks, warns
//   {"schema":1,"failover_changes":{home, settings:[{aor, key, before, after}], calls:[...]}}   null: not set
//   {"schema":1,"done":text}
//   {"schema":1,"declined":text}                          exit code 1
//
// health: unknown, alive, suspect, lost. phase: normal, allowed, active, settling, returning, grace.
// terminal: unknown, desk, dect, analogue, video, soft. rule: own_user, or the name of a refusal.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/operator_command.h"

namespace innkeeper::control {

inline constexpr int schema = 1;

nlohmann::ordered_json to_json(const core::Report& report);

// One line; octets that are not UTF-8 become U+FFFD.
std::string to_line(const nlohmann::ordered_json& json);

}  // namespace innkeeper::control
