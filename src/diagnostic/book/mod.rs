//! The book of rules: what each finds, why that matters and how to mend it. `bindery explain`
//! prints it, `docs/rules.md` is made of it, reports for machines quote it.

mod documents;
mod execution;
mod links;
mod reading;
mod secrets;
mod weight;

use super::{Rule, Severity};

/// What rules are about: each family has a room in `check`, but for what reading and rendering
/// find by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Whether the file can be read, and its marks understood.
    Reading,
    /// Where links and pictures lead.
    Links,
    /// Whether what the notebook shows is what its code does.
    Execution,
    /// What is too large.
    Weight,
    /// What makes a good page.
    Documents,
    /// What stands in several notebooks.
    Repetition,
    /// What must not be published.
    Secrets,
    /// What may do harm where it is run.
    Portability,
}

impl Family {
    /// All families in the order of the book.
    pub const ALL: [Self; 8] = [
        Self::Reading,
        Self::Links,
        Self::Execution,
        Self::Weight,
        Self::Documents,
        Self::Repetition,
        Self::Secrets,
        Self::Portability,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "Reading",
            Self::Links => "Links",
            Self::Execution => "Execution",
            Self::Weight => "Weight",
            Self::Documents => "Documents",
            Self::Repetition => "Repetition",
            Self::Secrets => "Secrets",
            Self::Portability => "Portability",
        }
    }
}

/// What is to be known of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The rule.
    pub rule: Rule,
    /// What it is about.
    pub family: Family,
    /// Its name for people.
    pub name: &'static str,
    /// How much its findings weigh in the check where nobody says otherwise; `None` where that
    /// depends on what was found.
    pub severity: Option<Severity>,
    /// What it finds, as Markdown.
    pub finds: &'static str,
    /// Why that matters, as Markdown.
    pub why: &'static str,
    /// How to mend it, as Markdown.
    pub mend: &'static str,
    /// What breaks it, as it may stand in a notebook or a configuration.
    pub bad: &'static str,
    /// The same as it should be; empty where it should not be at all.
    pub good: &'static str,
}

impl Rule {
    /// What is to be known of it.
    pub fn entry(self) -> &'static Entry {
        // Complete by a test: the first stands for one that nobody wrote.
        Entry::all().find(|entry| entry.rule == self).unwrap_or(&reading::ENTRIES[0])
    }
}

impl Entry {
    /// All entries, family by family.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let books: [&[Self]; 6] = [
            &reading::ENTRIES,
            &links::ENTRIES,
            &execution::ENTRIES,
            &weight::ENTRIES,
            &documents::ENTRIES,
            &secrets::ENTRIES,
        ];
        books.into_iter().flatten()
    }

    /// The entry as Markdown, from the level of its heading downward.
    pub fn text(&self, level: usize) -> String {
        let marks = "#".repeat(level);
        let severity = match self.severity {
            Some(severity) => severity.name(),
            None => "as found",
        };
        let mut out = format!("{marks} {}\n\n", self.rule.id());
        out.push_str(&format!(
            "*{}* · family: {} · severity: {severity}\n\n",
            self.name,
            self.family.name().to_lowercase()
        ));
        out.push_str(&format!("{}\n\n**Why.** {}\n\n**Mend.** {}\n", self.finds, self.why, self.mend));
        for (title, example) in [("Instead of", self.bad), ("write", self.good)] {
            if !example.is_empty() {
                out.push_str(&format!("\n{title}:\n\n````text\n{example}\n````\n"));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_one_entry_in_the_order_of_all() {
        let rules: Vec<Rule> = Entry::all().map(|entry| entry.rule).collect();
        let families: Vec<Family> = Entry::all().map(|entry| entry.family).collect();
        assert_eq!(rules, Rule::ALL);
        assert!(families.is_sorted());
        for entry in Entry::all() {
            for said in [entry.name, entry.finds, entry.why, entry.mend, entry.bad] {
                assert!(!said.trim().is_empty(), "{}", entry.rule.id());
            }
        }
    }
}
