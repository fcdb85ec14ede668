//! A view to documents.

use std::cell::OnceCell;
use std::sync::Arc;

use minijinja::Value as Jinja;
use minijinja::value::ValueKind;
use serde::Serialize;

use super::CsvStyle;
use super::content::Content;
use super::context::context;
use super::example::example_view;
use super::junit::junit;
use super::path::piece;
use super::prometheus::prometheus;
use super::rule_check::{check_mutes, check_rules};
use super::sarif::sarif;
use super::view::View;
use crate::model::{
    Clash, Destinations, InputIssue, Mute, OwnRule, ReportRequest, ReportSource, Severity,
    nearest_hint, refused_destination,
};
use crate::template::{TemplateError, TemplateSet};

/// The template of the summary on stdout.
pub const SUMMARY: &str = "summary.txt";

/// A finished report.
#[derive(Debug)]
pub struct Document<'a> {
    /// Relative to the output folder, with `/`; never leads out of it, and no other document of
    /// the same renderer has it, not even in other letter case.
    pub path: String,
    pub content: Content<'a>,
}

/// Makes the documents of one view, one request after the other, so that only those of one
/// request need to be held at a time.
#[derive(Debug)]
pub struct Renderer<'a> {
    view: &'a Arc<View>,
    templates: &'a TemplateSet,
    /// Made when the first template needs it.
    context: OnceCell<Jinja>,
    csv_style: CsvStyle,
    fail_on: Severity,
    paths: Destinations,
}

impl<'a> Renderer<'a> {
    pub fn new(view: &'a Arc<View>, templates: &'a TemplateSet) -> Self {
        Self {
            view,
            templates,
            context: OnceCell::new(),
            csv_style: CsvStyle::default(),
            fail_on: Severity::Error,
            paths: Destinations::default(),
        }
    }

    /// Tables as a certain program wants them.
    pub fn with_csv_style(self, csv_style: CsvStyle) -> Self {
        Self { csv_style, ..self }
    }

    /// From which severity on a finding is a failed test.
    pub fn with_fail_on(self, fail_on: Severity) -> Self {
        Self { fail_on, ..self }
    }

    /// The documents of one request: one, or with `each` one per entry of that list.
    ///
    /// # Errors
    /// What is wrong with the request or with its template.
    pub fn render(
        &mut self,
        request: &ReportRequest,
    ) -> Result<Vec<Document<'a>>, Vec<InputIssue>> {
        let rendered = match &request.each {
            None => self.single(request).map(|document| vec![document]),
            Some(each) => self.one_for_each(request, each),
        };
        rendered.map_err(|issue| vec![issue])
    }

    /// The text for stdout.
    ///
    /// # Errors
    /// A mistake in `summary.txt`.
    pub fn summary(&self) -> Result<String, InputIssue> {
        self.templates.render(SUMMARY, self.context())
    }

    /// A template that sees `value` too, under `name`.
    ///
    /// # Errors
    /// There is no such template, or it has a mistake.
    pub fn render_with(
        &self,
        template: &str,
        name: &str,
        value: &impl Serialize,
    ) -> Result<String, InputIssue> {
        if !self.templates.contains(template) {
            return Err(InputIssue::error(format!("unknown template `{template}`"))
                .hint(nearest_hint(template, &self.templates.names())));
        }
        let context = TemplateSet::with(self.context(), name, TemplateSet::context(value));
        self.templates.render(template, &context)
    }

    /// The same for a text that is no template of the set.
    ///
    /// # Errors
    /// It has a mistake.
    pub fn fill_with(
        &self,
        text: &str,
        name: &str,
        value: &impl Serialize,
    ) -> Result<String, InputIssue> {
        let context = TemplateSet::with(self.context(), name, TemplateSet::context(value));
        self.templates.fill(text, &context).map_err(|error| {
            let issue = InputIssue::error(format!("in `{text}`: {}", error.message));
            match error.hint {
                Some(hint) => issue.hint(hint),
                None => issue,
            }
        })
    }

    fn context(&self) -> &Jinja {
        self.context.get_or_init(|| context(self.view))
    }

    fn single(&mut self, request: &ReportRequest) -> Result<Document<'a>, InputIssue> {
        let run = part(self.context_of("run"));
        let path = self.path(request, &Jinja::from_pairs([("run", run)]))?;
        self.paths.take(&path).map_err(|clash| clashing(request, &clash, &path))?;
        let content = self.content(request)?;
        Ok(Document { path, content })
    }

    /// What is in the one document of a request without `each`, wherever it goes to.
    ///
    /// # Errors
    /// What is wrong with the request or with its template.
    pub fn content(&self, request: &ReportRequest) -> Result<Content<'a>, InputIssue> {
        let failed = |error: &dyn std::fmt::Display| issue(request, error.to_string());
        Ok(Content::Bytes(match &request.source {
            ReportSource::Template(name) => {
                self.known(request, name)?;
                self.templates.render(name, self.context())?.into_bytes()
            }
            ReportSource::Csv(table) => {
                return Ok(Content::Csv(self.view, *table, self.csv_style));
            }
            ReportSource::Json => return Ok(Content::Json(self.view)),
            ReportSource::Xlsx => return Ok(Content::Workbook(self.view)),
            ReportSource::Junit => {
                junit(self.view, self.fail_on).map_err(|error| failed(&error))?
            }
            ReportSource::Sarif => sarif(self.view)?,
            ReportSource::Prometheus => prometheus(self.view),
        }))
    }

    fn one_for_each(
        &mut self,
        request: &ReportRequest,
        each: &str,
    ) -> Result<Vec<Document<'a>>, InputIssue> {
        let Some((_, list)) = ReportRequest::EACH.iter().find(|(name, _)| *name == each) else {
            let known = ReportRequest::EACH.map(|(name, _)| name);
            return Err(issue(request, format!("there is no report for each `{each}`"))
                .hint(nearest_hint(each, &known)));
        };
        let ReportSource::Template(name) = &request.source else {
            return Err(issue(request, "`each` goes with a template only".to_owned()));
        };
        self.known(request, name)?;
        if !request.dest.contains("{{") {
            let message = format!("all documents would go to `{}`", request.dest);
            return Err(issue(request, message)
                .hint(format!("name the {each} in `dest`, such as `{{{{ {each}.host }}}}`")));
        }
        let run = part(self.context_of("run"));
        let mut documents = Vec::new();
        for item in self.context_of(list).try_iter().into_iter().flatten() {
            let names = Jinja::from_pairs([("run", run.clone()), (each, part(item.clone()))]);
            let path = self.path(request, &names)?;
            let text =
                self.templates.render(name, &TemplateSet::with(self.context(), each, item))?;
            let taken = self.paths.take_near(&path);
            let path = taken.map_err(|clash| clashing(request, &clash, &path))?;
            documents.push(Document { path, content: Content::Bytes(text.into_bytes()) });
        }
        Ok(documents)
    }

    fn context_of(&self, name: &str) -> Jinja {
        self.context().get_attr(name).unwrap_or_default()
    }

    fn known(&self, request: &ReportRequest, name: &str) -> Result<(), InputIssue> {
        if self.templates.contains(name) {
            return Ok(());
        }
        Err(issue(request, format!("unknown template `{name}`"))
            .hint(nearest_hint(name, &self.templates.names())))
    }

    /// The path that `dest` gives.
    fn path(&self, request: &ReportRequest, names: &Jinja) -> Result<String, InputIssue> {
        let path = self.templates.fill(&request.dest, names).map_err(|error| {
            let TemplateError { message, hint, .. } = error;
            let issue = issue(request, format!("in `dest`: {message}"));
            match hint {
                Some(hint) => issue.hint(hint),
                None => issue,
            }
        })?;
        match refused_destination(&path) {
            None => Ok(path),
            Some(why) => Err(issue(request, why)
                .hint("`dest` is relative to the output folder, such as `tickets/fgt-01.txt`")),
        }
    }
}

/// What is wrong with requests and the templates that they name, and with the rules and mutes of a
/// playbook, told without a device: everything is rendered from an example, and the summary with it.
pub fn check(
    requests: &[ReportRequest],
    rules: &[OwnRule],
    mutes: &[Mute],
    templates: &TemplateSet,
) -> Vec<InputIssue> {
    let view = Arc::new(example_view());
    let mut renderer = Renderer::new(&view, templates);
    let mut issues: Vec<_> =
        requests.iter().filter_map(|request| renderer.render(request).err()).flatten().collect();
    issues.extend(renderer.summary().err());
    issues.extend(check_rules(rules, templates));
    issues.extend(check_mutes(mutes, rules));
    issues
}

/// The texts and numbers of an entry, fit to be part of a file's name.
fn part(entry: Jinja) -> Jinja {
    let keys = entry.try_iter().into_iter().flatten();
    let pairs = keys.filter_map(|key| {
        let value = entry.get_item(&key).ok()?;
        match value.as_str() {
            Some(text) => Some((key, Jinja::from(piece(text)))),
            None if is_list_or_mapping(&value) => None,
            None => Some((key, value)),
        }
    });
    Jinja::from_pairs(pairs)
}

fn is_list_or_mapping(value: &Jinja) -> bool {
    matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable | ValueKind::Map)
}

fn clashing(request: &ReportRequest, clash: &Clash, path: &str) -> InputIssue {
    issue(request, clash.told(path)).hint("give each report a `dest` of its own")
}

fn issue(request: &ReportRequest, message: String) -> InputIssue {
    let issue = InputIssue::error(message);
    match &request.place {
        Some(place) => issue.at(place.clone(), 1),
        None => issue,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::{Place, SourceFile, Table};
    use crate::report::default_templates;

    fn templates(own: &[(&str, &str)]) -> TemplateSet {
        let own = own.iter().map(|(name, text)| (name.to_string(), SourceFile::new(*name, *text)));
        TemplateSet::new(default_templates().chain(own), Timestamp::UNIX_EPOCH).unwrap()
    }

    fn request(source: ReportSource, dest: &str, each: Option<&str>) -> ReportRequest {
        ReportRequest {
            source,
            dest: dest.to_owned(),
            each: each.map(str::to_owned),
            place: Some(Place::new("audit.yml", 9, 7)),
        }
    }

    fn template(name: &str, dest: &str, each: Option<&str>) -> ReportRequest {
        request(ReportSource::Template(name.to_owned()), dest, each)
    }

    fn issues(own: &[(&str, &str)], requests: &[ReportRequest]) -> Vec<String> {
        check(requests, &[], &[], &templates(own)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_comes_with_tokenfleet_is_in_order() {
        assert_eq!(issues(&[], &ReportRequest::usual()), [""; 0]);
    }

    #[test]
    fn one_document_for_each_ticket_in_a_file_of_its_own() {
        let view = Arc::new(example_view());
        let templates = templates(&[("t", "{{ ticket.host }} {{ run.id }}")]);
        let mut renderer = Renderer::new(&view, &templates);
        let documents =
            renderer.render(&template("t", "t/{{ ticket.device_serial }}.txt", Some("ticket")));
        let mut documents = documents.unwrap();
        assert_eq!(documents.len(), view.tickets.len());
        assert_eq!(documents[0].path, "t/FG100FTK00000001.txt");
        assert_eq!(documents.remove(0).content.into_text(), "fgt-fra-01 20261124T031500Z-7f3a");
    }

    #[test]
    fn an_entry_stands_before_a_list_of_its_name() {
        let view = Arc::new(example_view());
        let templates = templates(&[("t", "{{ reprovision.host }}")]);
        let mut renderer = Renderer::new(&view, &templates);
        let request = template("t", "{{ reprovision.host }}", Some("reprovision"));
        let document = renderer.render(&request).unwrap().remove(0);
        assert_eq!(document.content.into_text(), "fgt-fra-01");
    }

    #[test]
    fn equal_names_are_numbered() {
        let view = Arc::new(example_view());
        let templates = templates(&[("t", "")]);
        let mut renderer = Renderer::new(&view, &templates);
        let request = template("t", "{{ run.id }}.txt", Some("ticket"));
        let documents = renderer.render(&request).unwrap();
        assert_eq!(documents[1].path, "20261124T031500Z-7f3a-2.txt");
    }

    #[test]
    fn a_name_in_a_path_is_one_name() {
        let mut view = example_view();
        view.tickets.truncate(1);
        view.tickets[0].host = "../../etc/cron.d/x".into();
        let view = Arc::new(view);
        let templates = templates(&[("t", "")]);
        let mut renderer = Renderer::new(&view, &templates);
        let request = template("t", "tickets/{{ ticket.host }}", Some("ticket"));
        assert_eq!(renderer.render(&request).unwrap()[0].path, "tickets/_._.._etc_cron.d_x");
    }

    #[test]
    fn mistakes_in_requests_are_told_with_a_remedy() {
        let requests = [
            template("ticket.txt", "../{{ ticket.host }}", Some("ticket")),
            template("ticket.txt", "tickets.txt", Some("ticket")),
            template("ticket.txt", "{{ ticket.host }}.txt", Some("tickets")),
            request(ReportSource::Csv(Table::Tokens), "{{ run.id }}", Some("ticket")),
            template("report.htm", "a.html", None),
            request(ReportSource::Json, "B.json", None),
            request(ReportSource::Json, "b.json", None),
        ];
        insta::assert_snapshot!(issues(&[], &requests).join("\n"), @r"
        audit.yml:9:7: the destination `../fgt-fra-01` leads out of the output folder (`dest` is relative to the output folder, such as `tickets/fgt-01.txt`)
        audit.yml:9:7: all documents would go to `tickets.txt` (name the ticket in `dest`, such as `{{ ticket.host }}`)
        audit.yml:9:7: there is no report for each `tickets` (did you mean `ticket`?)
        audit.yml:9:7: `each` goes with a template only
        audit.yml:9:7: unknown template `report.htm` (did you mean `report.html`?)
        audit.yml:9:7: two reports are written to `b.json` (give each report a `dest` of its own)
        ");
    }

    #[test]
    fn an_unknown_field_is_found_before_any_run() {
        let own = [("t", "{% for token in tokens %}\n{{ token.onwer }}\n{% endfor %}\n")];
        let requests = [
            template("t", "t", None),
            template("ticket.txt", "{{ ticket.hots }}.txt", Some("ticket")),
        ];
        let issues = issues(&own, &requests);
        assert_eq!(issues.len(), 2);
        assert!(issues[0].starts_with("t:2:"), "{}", issues[0]);
        // The names that there are, also in a loop.
        assert!(issues[0].contains("(did you mean `owner`? `token` has `activation_expires`, "));
        assert!(issues[1].starts_with("audit.yml:9:7: in `dest`: "), "{}", issues[1]);
    }

    #[test]
    fn the_summary_is_checked_too() {
        assert_eq!(issues(&[("summary.txt", "{{ sumary.hosts.total }}")], &[]).len(), 1);
    }
}
