// What a scenario file says of the law: data classes, who runs halls, certificates, roles, rules,
// artifacts and approvals. Part of the file format of scenario.h; the meaning of each field, and
// which sources it was read from, is docs/models/law.md. It is a reading by engineers, not legal
// advice.
//
// Invariants (checked by check_policy in world/policy_check.h, not by the reader):
//   1. Certificates, roles and jurisdictions that are named are known.
//   2. What needs an approval says who gives it; what is free or forbidden needs none.
//   3. Nobody asks for what is forbidden, or for what needs no asking.
//   4. Artifacts and the work that makes them form no cycle, and lie where they may.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/describe.h"

namespace dure {

inline constexpr const char* kHome = "kr";  // the jurisdiction that data "leave"

enum class Nationality { foreign, kr_entity, kr_controlled, state };  // of who runs a hall
enum class AnyNationality { any, kr_entity, kr_controlled, state };   // what a data class asks for
// How far apart data must be kept from others' (or a hall can keep them), weakest first.
enum class Isolation {
  shared,
  tenant,
  logical,
  dedicated_hosts,
  physical_from_private_zone,
  physical,
  air_gapped
};
enum class ExportRule { free, consent, approval, deny };  // what leaving Korea takes, easiest first
enum class DataAction { run, store, transfer_abroad, lower_class };
enum class RowVerdict { needs_approval, deny };
// Why the law says no: the codes of facts/policy.yaml, then three of ours. In the order in which
// they are looked for; docs/formats/reasons.md.
enum class LawCode {
  tenant_parent_blocked,
  foreign_law_reach,
  jurisdiction,
  operator_nationality,
  certification_missing,
  isolation_missing,
  export_denied,
  member_sites,
  locked_sites,
  ai_act_threshold,
  consent_missing,
  approval_missing,
  approval_pending
};

constexpr auto describe_enum(Nationality) {
  using E = Nationality;
  return std::array{
      Choice<E>{E::foreign, "foreign", "a foreign company, or one under foreign control"},
      Choice<E>{E::kr_entity, "kr_entity", "a Korean company, also of a foreign parent"},
      Choice<E>{E::kr_controlled, "kr_controlled", "a Korean company under Korean control"},
      Choice<E>{E::state, "state", "the state or a public body"}};
}
constexpr auto describe_enum(AnyNationality) {
  using E = AnyNationality;
  return std::array{Choice<E>{E::any, "any", "whoever runs the hall"},
                    Choice<E>{E::kr_entity, "kr_entity", "at least a Korean company"},
                    Choice<E>{E::kr_controlled, "kr_controlled", "at least under Korean control"},
                    Choice<E>{E::state, "state", "only the state"}};
}
constexpr auto describe_enum(Isolation) {
  using E = Isolation;
  return std::array{
      Choice<E>{E::shared, "shared", "none"},
      Choice<E>{E::tenant, "tenant", "accounts and networks of each tenant apart"},
      Choice<E>{E::logical, "logical", "a zone of its own by software"},
      Choice<E>{E::dedicated_hosts, "dedicated_hosts", "machines that serve nobody else"},
      Choice<E>{E::physical_from_private_zone, "physical_from_private_zone",
                "machines and network apart from the zone of private customers"},
      Choice<E>{E::physical, "physical", "rooms and network apart"},
      Choice<E>{E::air_gapped, "air_gapped", "no line to any other network"}};
}
constexpr auto describe_enum(ExportRule) {
  using E = ExportRule;
  return std::array{Choice<E>{E::free, "free", "no rule"},
                    Choice<E>{E::consent, "consent", "consent or another listed ground"},
                    Choice<E>{E::approval, "approval", "an authority must approve"},
                    Choice<E>{E::deny, "deny", "never"}};
}
constexpr auto describe_enum(DataAction) {
  using E = DataAction;
  return std::array{
      Choice<E>{E::run, "run", "compute on the data, which GPUs see in clear"},
      Choice<E>{E::store, "store", "keep the bytes, encrypted with the owner's key"},
      Choice<E>{E::transfer_abroad, "transfer_abroad",
                "let data, or what was made of them, leave "
                "Korea"},
      Choice<E>{E::lower_class, "lower_class", "a reviewer gives an artifact a milder class"}};
}
constexpr auto describe_enum(RowVerdict) {
  using E = RowVerdict;
  return std::array{Choice<E>{E::needs_approval, "needs_approval", "only with an approval"},
                    Choice<E>{E::deny, "deny", "never"}};
}
constexpr auto describe_enum(LawCode) {
  using E = LawCode;
  return std::array{
      Choice<E>{E::tenant_parent_blocked, "tenant_parent_blocked",
                "the tenant's parent is not admitted"},
      Choice<E>{E::foreign_law_reach, "foreign_law_reach",
                "the hall's operator must obey a foreign law that reaches the data"},
      Choice<E>{E::jurisdiction, "jurisdiction",
                "the site is under another law than the class"
                " allows"},
      Choice<E>{E::operator_nationality, "operator_nationality", "of who runs the hall"},
      Choice<E>{E::certification_missing, "certification_missing", "the hall's operator lacks one"},
      Choice<E>{E::isolation_missing, "isolation_missing", "the hall cannot keep the data apart"},
      Choice<E>{E::export_denied, "export_denied", "the data may not leave Korea"},
      Choice<E>{E::member_sites, "member_sites", "the class may not leave its owner's sites"},
      Choice<E>{E::locked_sites, "locked_sites", "the class may not leave the sites named"},
      Choice<E>{E::ai_act_threshold, "ai_act_threshold",
                "training above the AI Basic Act's threshold, and nobody asked"},
      Choice<E>{E::consent_missing, "consent_missing", "it needs consent, and nobody asked"},
      Choice<E>{E::approval_missing, "approval_missing", "it needs approval, and nobody asked"},
      Choice<E>{E::approval_pending, "approval_pending", "asked for, not yet granted"}};
}

struct OperatorSpec {
  std::string id, name_en;
  Nationality nationality = Nationality::kr_entity;
  std::vector<std::string> certifications;
  std::vector<std::string> foreign_law;  // jurisdictions
  std::string source, note;
  template <class S = OperatorSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("nationality", &S::nationality, "whose company it is", required),
        Field("certifications", &S::certifications, "held by the operator", id_text),
        Field("foreign_law", &S::foreign_law,
              "jurisdictions whose law reaches what it holds, wherever the bytes lie", id_text),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct SovereigntySpec {
  std::vector<std::string> foreign;   // jurisdictions known besides kr
  std::vector<std::string> adequate;  // of those: as good as kr where a class says kr_or_adequate
  std::string source, note;
  template <class S = SovereigntySpec>
  static constexpr auto describe() {
    return Fields(
        Field("foreign", &S::foreign, "jurisdictions known besides kr", id_text),
        Field("adequate", &S::adequate, "those of them that kr_or_adequate stands for", id_text),
        Field("source", &S::source, "where this comes from", source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct CertificationSpec {
  std::string id, name_en, authority, law;
  std::int64_t lead_time_days = 0, valid_days = 0;  // 0: not stated
  std::string source, note;
  template <class S = CertificationSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("authority", &S::authority, "who grants it", required, not_empty),
        Field("law", &S::law, "its legal basis", required, not_empty),
        Field("lead_time_days", &S::lead_time_days, "from asking to having it; 0: not stated",
              range(0, 3'650)),
        Field("valid_days", &S::valid_days, "0: not stated", range(0, 36'500)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct RoleSpec {
  std::string id, may, source;
  template <class S = RoleSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("may", &S::may, "what it may decide", required, not_empty),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text));
  }
};

struct DataClassSpec {  // a rule; a job of this class runs only where all of it holds
  std::string id, name_en, name_ko, law;
  std::optional<bool> korea_only;          // short for jurisdictions; neither: only Korea
  std::vector<std::string> jurisdictions;  // any, kr_or_adequate, or named ones
  AnyNationality operator_nationality = AnyNationality::any;
  std::optional<AnyNationality> storage_nationality;  // none: operator_nationality
  std::vector<std::string> certifications;            // the operator of the hall must hold all
  Isolation isolation = Isolation::shared;
  ExportRule export_rule = ExportRule::free;
  std::int64_t lead_time_days = 0;
  std::vector<std::string> approved_by;  // roles
  bool may_leave_member_sites =
      true;  // false: only in halls at sites that the job's member owns, or on its own racks
  bool may_leave_locked_sites = true;  // false: only at the workload's `only_sites`
  std::string source, note;
  template <class S = DataClassSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("name_ko", &S::name_ko, "name in Korean", required, not_empty),
        Field("law", &S::law, "the rule's legal basis", required, not_empty),
        Field("korea_only", &S::korea_only,
              "true: only at sites under Korean law; false: under any; short for jurisdictions"),
        Field("jurisdictions", &S::jurisdictions,
              "where it may run: any, kr_or_adequate, or jurisdictions; neither this nor "
              "korea_only: only kr",
              id_text),
        Field("operator_nationality", &S::operator_nationality, "of who runs the hall"),
        Field("storage_nationality", &S::storage_nationality,
              "of who keeps it encrypted; left out: as operator_nationality"),
        Field("certifications", &S::certifications, "the operator of the hall must hold all",
              id_text),
        Field("isolation", &S::isolation, "the hall must keep it apart so far"),
        Field("export_rule", &S::export_rule,
              "what leaving Korea takes, for the data and for what is made of them"),
        Field("lead_time_days", &S::lead_time_days,
              "from asking for consent or approval to having it", range(0, 3'650)),
        Field("approved_by", &S::approved_by, "roles that must all agree to consent or approval",
              id_text),
        Field("may_leave_member_sites", &S::may_leave_member_sites,
              "false: only in halls at sites that the job's member owns, or on its own racks"),
        Field("may_leave_locked_sites", &S::may_leave_locked_sites,
              "false: only at the workload's only_sites"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

// A row that tightens the classes: it forbids, or asks for an approval. It holds where all of its
// conditions do; a condition that is left out holds everywhere.
struct PolicyRowSpec {
  std::string id;
  DataAction action = DataAction::run;
  std::vector<std::string> data_classes, jurisdictions, tenant_parents;
  double from_training_flops = 0;
  RowVerdict verdict = RowVerdict::needs_approval;
  LawCode because = LawCode::approval_missing;
  std::vector<std::string> approved_by;
  std::int64_t lead_time_days = 0;
  std::string law, source, note;
  template <class S = PolicyRowSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("action", &S::action, "what is asked", required),
        Field("data_classes", &S::data_classes, "only data of these; empty: of all",
              refers_to("data_classes")),
        Field("jurisdictions", &S::jurisdictions,
              "only at sites under these, or `foreign`: all but kr; empty: everywhere", id_text),
        Field("tenant_parents", &S::tenant_parents,
              "only tenants whose parent is under these, or `foreign`; empty: all", id_text),
        Field("from_training_flops", &S::from_training_flops,
              "only training of so many floating-point operations in all, and more", range(0, 1e35),
              dimensionless),
        Field("verdict", &S::verdict, "what it says", required),
        Field("because", &S::because, "the code of its no"),
        Field("approved_by", &S::approved_by, "roles that must all agree", id_text),
        Field("lead_time_days", &S::lead_time_days, "from asking to having it", range(0, 3'650)),
        Field("law", &S::law, "its legal basis", required, not_empty),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ArtifactSpec {  // a data set or a model; its label is its class joined with its inputs'
  std::string id, owner, data_class, site;
  double size_gb = 0;
  std::vector<std::string> made_of;
  std::vector<std::string> only_sites;    // empty: `site`, where the class is locked to sites
  std::optional<std::string> lowered_to;  // a class; needs an approval to lower it
  std::string source, note;
  template <class S = ArtifactSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("owner", &S::owner, "whose data", required, refers_to("members")),
        Field("data_class", &S::data_class, "which rule they are under, at the least", required,
              refers_to("data_classes")),
        Field("site", &S::site, "where the bytes are", required, refers_to("sites")),
        Field("size_gb", &S::size_gb, "how much", required, range(0, 1e12)),
        Field("made_of", &S::made_of, "the artifacts whose classes it inherits",
              refers_to("artifacts")),
        Field("only_sites", &S::only_sites,
              "where work may use it if its class may not leave locked sites; empty: its site",
              refers_to("sites")),
        Field(
            "lowered_to", &S::lowered_to,
            "the class that a reviewer gives it in place of all it inherits, from the grant of an "
            "approval of action lower_class on",
            refers_to("data_classes")),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

// Somebody asked. Granted at `requested` + the longest lead time of what it is asked for, unless
// `refused`.
struct ApprovalSpec {
  std::string id;
  DataAction action = DataAction::run;
  std::optional<std::string> data_class, workload, artifact;  // for whom: one of them
  std::string to;  // a site or a jurisdiction; empty: everywhere
  Date requested;
  std::vector<std::string> by;
  bool refused = false;
  std::string source, note;
  template <class S = ApprovalSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("action", &S::action, "what is asked for", required),
        Field("data_class", &S::data_class, "for all data of this class",
              refers_to("data_classes")),
        Field("workload", &S::workload, "for this work, whatever its data", refers_to("workloads")),
        Field("artifact", &S::artifact, "for this artifact (lower_class)", refers_to("artifacts")),
        Field("to", &S::to, "a site or a jurisdiction; empty: everywhere", id_text),
        Field("requested", &S::requested, "the day of asking; granted after the rule's lead time",
              required),
        Field("by", &S::by, "roles that sign", required, not_empty, id_text),
        Field("refused", &S::refused, "true: it was asked for and never granted"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

}  // namespace dure
