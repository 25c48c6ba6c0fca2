//! What states a restriction and what only has its words: sentences of our own, for every kind.

use candor_license::{RestrictionKind as R, clauses};

/// Sentences that allow, or speak of something else, with the words of the kind.
const NEGATIVES: &[(R, &str)] = &[
    (R::NonCommercial, "You may use the model for both commercial and non-commercial use."),
    (R::NonCommercial, "The weights may be used for commercial and non-commercial purposes."),
    (R::NonCommercial, "Everyone may run it for any purpose, commercial or non-commercial."),
    (R::NonCommercial, "It is free for non-commercial and commercial use alike."),
    (R::NonCommercial, "Research use, non-commercial use and commercial use are all allowed."),
    (R::NonCommercial, "Its use is not limited to non-commercial purposes."),
    (R::NonCommercial, "It is meant not only for academic research but for products too."),
    (R::NonCommercial, "Commercial use is permitted and no registration is needed."),
    (R::FieldOfUse, "There are no use restrictions on the model."),
    (R::FieldOfUse, "It may be used for any purpose without usage restrictions."),
    (R::FieldOfUse, "You are not limited to research purposes."),
    (R::UserThreshold, "There is no limit on monthly active users in this license."),
    (R::UserThreshold, "The service had 20 million monthly active users last year."),
    (R::RevenueThreshold, "There is no limit on annual revenue, not even above $10 million, in this license."),
    (R::RevenueThreshold, "The company reported annual revenue of $20 million."),
    (R::NoCompetingModels, "You may use the outputs to train other models."),
    (R::NoCompetingModels, "There is no rule against using outputs to improve other models."),
    (R::Geographic, "The data covers news from the European Union and other regions."),
    (R::Geographic, "The license is not limited to any country or territory."),
    (R::NoRedistribution, "You may distribute the model without asking us."),
    (R::NoRedistribution, "You do not need permission to distribute the model weights."),
    (R::NoModification, "You may modify the model and publish derivatives."),
    (R::NoModification, "You do not need permission to modify the model."),
    (R::RemoteRestriction, "The team works remotely from three cities."),
    (R::RemoteRestriction, "The publisher has no right to restrict usage of the model."),
    (R::UpdateDuty, "You are not required to use the latest version of the model."),
    (R::UpdateDuty, "The latest version of the model is on our page."),
    (R::MutableTerms, "The publisher may not change the terms of this license."),
    (R::MutableTerms, "We may update the model from time to time."),
    (R::Revocable, "This license is irrevocable and perpetual."),
    (R::Revocable, "The publisher may not terminate this license at any time or for any reason."),
    (R::Royalty, "The grant is royalty-free and no payment is due."),
    (R::Royalty, "You do not have to pay any royalty."),
    (R::Royalty, "No royalties are payable for its use."),
    (R::Indemnity, "You are not required to indemnify anybody."),
    (R::Indemnity, "Nothing here obliges you to indemnify the authors."),
    (R::Gated, "The model is not gated and needs no request for access."),
    (R::Gated, "The block has a gated linear unit and an access pattern of its own."),
    (R::NoLicense, "A license is granted to everybody."),
];

/// Sentences that do restrict, and that look like those above.
const POSITIVES: &[(R, &str)] = &[
    (R::NonCommercial, "You may use the model for non-commercial purposes only."),
    (R::NonCommercial, "It may not be used for commercial purposes."),
    (R::NonCommercial, "It is free for non-commercial use; commercial use requires a separate license from us."),
    (R::NonCommercial, "It is licensed for non-commercial use and commercial use is prohibited."),
    (R::NonCommercial, "Commercial use is permitted and must be registered with a license request."),
    (R::NonCommercial, "Neither commercial nor non-commercial use is free: commercial use requires a license."),
    (R::FieldOfUse, "No prohibited uses are tolerated."),
    (R::FieldOfUse, "The use restrictions of the model license apply to you."),
    (R::UserThreshold, "With more than 20 million monthly active users you must request a license from us."),
    (R::UserThreshold, "No license is granted to anybody with more than 20 million monthly active users."),
    (R::NoCompetingModels, "You may not use the outputs to improve any other large language model."),
    (R::NoRedistribution, "You may not distribute the model weights."),
    (R::NoModification, "You may not modify the model or its weights."),
    (R::RemoteRestriction, "We keep the right to restrict usage of the model, remotely or otherwise."),
    (R::UpdateDuty, "You must use the latest version of the model."),
    (R::MutableTerms, "The publisher may change the terms of this license."),
    (R::Revocable, "The publisher may terminate this license at any time."),
    (R::Revocable, "This license is revocable."),
    (R::Royalty, "You must pay a royalty of two percent."),
    (R::Indemnity, "You shall indemnify the authors."),
    (R::Indemnity, "You shall not be required to give notice but shall indemnify the authors."),
    (R::Gated, "The model is gated; accept the license to get access."),
];

fn told(kind: R, text: &str) -> bool {
    clauses(text.as_bytes()).iter().any(|c| c.kind == kind)
}

#[test]
fn what_allows_restricts_nothing() {
    let wrong: Vec<_> = NEGATIVES.iter().filter(|(kind, text)| told(*kind, text)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_restricts_is_told() {
    let wrong: Vec<_> = POSITIVES.iter().filter(|(kind, text)| !told(*kind, text)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_kind_has_a_negative() {
    for kind in R::ALL {
        assert!(NEGATIVES.iter().any(|(k, _)| k == kind), "{kind:?}");
    }
}
