"""A chapter's text: paragraphs, sentences, quotations, speakers, mentions."""
