"""The entity `project`: a novel in progress, its bible, its chapters and what they cost.

    drafting -> checking -> pending_review -> approved | rejected
        \\---------\\-> cancelled | failed

What a chapter adds to memory is what its approved revision says, until another one is approved
or that one is rejected. Texts are objects of the store; the entity knows their hashes.
"""
