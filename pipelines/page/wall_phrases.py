"""What pages that stand in an article's place call themselves: the last resort, believed only together with structure.

One table for each kind of wall, by language, in plain spelling; they are compared as `line_key` writes them. A phrase
counts where it is all of a title or a main heading, give or take `SPARE_WORDS` words: an article about such pages
says more in its headline.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.page.text import line_key
from pipelines.reasons import Reason

SPARE_WORDS = 3
"""How many words a heading may have besides the phrase."""

_NOT_FOUND = {
    "en": (
        "page not found", "not found", "file not found", "article not found", "story not found", "content not found",
        "nothing found", "nothing was found", "page doesn't exist", "page does not exist", "no longer exists",
        "no longer available", "page unavailable", "page not available", "content unavailable", "page missing",
        "page has been removed", "article has been removed", "article has been deleted", "page could not be found",
        "page can't be found", "can't find that page", "can't find the page", "cannot find the page",
        "couldn't find that page", "couldn't find the page", "page you requested was not found",
        "page you are looking for", "page you're looking for",
    ),
    "de": (
        "nicht gefunden", "seite nicht gefunden", "artikel nicht gefunden", "seite existiert nicht",
        "nicht mehr verfügbar", "nicht verfügbar", "artikel nicht mehr verfügbar", "seite wurde nicht gefunden",
        "konnte nicht gefunden werden", "existiert nicht mehr",
    ),
    "fr": (
        "introuvable", "page introuvable", "page non trouvée", "article introuvable", "page inexistante",
        "n'existe pas", "n'existe plus", "n'est plus disponible", "page n'a pas été trouvée",
    ),
    "es": (
        "no encontrada", "no encontrado", "página no encontrada", "no se encuentra", "no existe",
        "no se ha encontrado", "ya no está disponible", "no está disponible",
    ),
    "pt": (
        "não encontrada", "não encontrado", "página não encontrada", "página não existe", "não existe",
        "não foi encontrada", "não está disponível",
    ),
    "it": ("non trovata", "non trovato", "pagina non trovata", "pagina inesistente", "non esiste", "non disponibile"),
    "nl": ("niet gevonden", "pagina niet gevonden", "pagina bestaat niet", "bestaat niet meer", "niet beschikbaar"),
    "no": ("ikke funnet", "siden ble ikke funnet", "fant ikke siden", "finnes ikke", "siden finnes ikke"),
    "sv": ("hittades inte", "sidan hittades inte", "sidan kunde inte hittas", "sidan finns inte", "hittar inte sidan"),
    "da": ("ikke fundet", "siden blev ikke fundet", "siden findes ikke", "findes ikke længere"),
    "fi": ("ei löytynyt", "sivua ei löytynyt", "sivua ei löydy", "sivua ei ole"),
    "pl": ("nie znaleziono", "nie znaleziono strony", "strona nie istnieje", "nie została znaleziona"),
    "cs": ("nenalezena", "stránka nenalezena", "stránka neexistuje", "stránka nebyla nalezena"),
    "sk": ("stránka nenájdená", "stránka neexistuje", "nebola nájdená"),
    "hu": ("nem található", "az oldal nem található", "a keresett oldal nem található"),
    "ro": ("pagina nu a fost găsită", "pagina nu există", "pagină negăsită"),
    "tr": ("bulunamadı", "sayfa bulunamadı", "aradığınız sayfa bulunamadı"),
    "el": ("δεν βρέθηκε", "η σελίδα δεν βρέθηκε"),
    "ru": ("не найдена", "страница не найдена", "не найдено", "страница не существует", "не существует"),
    "uk": ("не знайдено", "сторінку не знайдено", "сторінка не знайдена", "не існує"),
    "ar": ("الصفحة غير موجودة", "غير موجودة", "لم يتم العثور على الصفحة", "الصفحة المطلوبة غير موجودة"),
    "fa": ("صفحه یافت نشد", "یافت نشد", "صفحه پیدا نشد"),
    "he": ("הדף לא נמצא", "העמוד לא נמצא"),
    "hi": ("पृष्ठ नहीं मिला", "पेज नहीं मिला"),
    "id": ("tidak ditemukan", "halaman tidak ditemukan"),
    "vi": ("không tìm thấy", "không tìm thấy trang"),
    "ja": ("見つかりません", "ページが見つかりません", "お探しのページは見つかりませんでした"),
    "ko": ("페이지를 찾을 수 없습니다",),
    "zh": ("页面不存在", "頁面不存在", "找不到页面", "找不到頁面", "页面未找到", "您访问的页面不存在"),
}  # fmt: skip

_CHALLENGE = {
    "en": (
        "just a moment", "one moment please", "please wait", "attention required", "access denied",
        "access to this page has been denied", "are you a robot", "are you human", "are you a human",
        "i am not a robot",
        "verify you are human", "verifying you are human", "verify that you are human", "human verification",
        "security check", "security verification", "checking your browser", "pardon our interruption",
        "you have been blocked", "sorry you have been blocked", "unusual traffic", "request unsuccessful",
        "bot verification",
        "ddos protection", "robot check", "browser check", "please verify you are a human", "captcha",
    ),
    "de": (
        "nur einen moment", "einen moment bitte", "bitte warten", "zugriff verweigert", "sind sie ein roboter",
        "sicherheitsüberprüfung", "sicherheitsprüfung", "browser wird überprüft",
        "bestätigen sie dass sie ein mensch sind",
    ),
    "fr": (
        "un instant", "veuillez patienter", "accès refusé", "êtes vous un robot", "vérification de sécurité",
        "vérification de votre navigateur", "vérifiez que vous êtes humain",
    ),
    "es": (
        "un momento", "espere un momento", "acceso denegado", "eres un robot", "verifica que eres humano",
        "comprobación de seguridad", "comprobando su navegador",
    ),
    "pt": ("um momento", "acesso negado", "você é um robô", "verifique se você é humano", "verificação de segurança"),
    "it": ("un attimo", "un momento", "accesso negato", "sei un robot", "verifica di sicurezza"),
    "nl": ("een ogenblik geduld", "even geduld", "toegang geweigerd", "ben je een robot", "bent u een robot"),
    "no": ("et øyeblikk", "vent litt", "ingen tilgang", "er du en robot"),
    "sv": ("ett ögonblick", "åtkomst nekad", "är du en robot"),
    "da": ("et øjeblik", "adgang nægtet", "er du en robot"),
    "fi": ("hetkinen", "pääsy estetty", "oletko robotti"),
    "pl": ("chwileczkę", "odmowa dostępu", "czy jesteś robotem"),
    "cs": ("okamžik prosím", "přístup odepřen", "jste robot"),
    "tr": ("bir dakika lütfen", "erişim engellendi", "robot musunuz"),
    "ru": ("один момент", "подождите", "доступ запрещен", "доступ ограничен", "вы не робот", "вы робот"),
    "uk": ("зачекайте", "доступ заборонено", "ви робот"),
    "ar": ("لحظة من فضلك", "تم رفض الوصول", "هل أنت روبوت"),
    "ja": ("しばらくお待ちください", "アクセスが拒否されました", "ロボットではありません"),
    "ko": ("잠시만 기다려 주십시오", "잠시만 기다리십시오"),
    "zh": ("请稍候", "請稍候", "访问被拒绝", "安全验证", "安全驗證", "人机验证"),
}  # fmt: skip

_CONSENT = {
    "en": (
        "before you continue", "we value your privacy", "we care about your privacy", "your privacy",
        "your privacy matters", "your privacy choices", "your privacy is important to us", "privacy consent",
        "cookie consent",
        "consent", "consent required", "manage your consent", "manage your privacy", "cookie settings",
        "privacy settings", "this site uses cookies", "we use cookies", "accept cookies", "accept and continue",
        "continue with advertising",
    ),
    "de": (
        "bevor sie zu", "bevor sie fortfahren", "ihre privatsphäre", "wir schätzen ihre privatsphäre",
        "ihre privatsphäre ist uns wichtig", "einwilligung", "zustimmung", "cookie zustimmung", "cookie einstellungen",
        "datenschutz einstellungen", "mit werbung weiterlesen", "weiter mit werbung", "mit werbung lesen",
    ),
    "fr": (
        "avant d'accéder à", "avant de continuer", "votre vie privée", "nous respectons votre vie privée",
        "votre consentement", "consentement", "gestion des cookies", "paramètres des cookies", "accepter et continuer",
    ),
    "es": (
        "antes de continuar", "antes de ir a", "tu privacidad", "su privacidad", "valoramos tu privacidad",
        "respetamos tu privacidad", "nos importa tu privacidad", "consentimiento", "configuración de cookies",
        "aceptar y continuar",
    ),
    "pt": ("antes de continuar", "a sua privacidade", "sua privacidade", "valorizamos a sua privacidade",
           "consentimento", "configurações de cookies"),
    "it": ("prima di continuare", "la tua privacy", "rispettiamo la tua privacy", "consenso", "consenso ai cookie",
           "impostazioni dei cookie"),
    "nl": ("voordat je verdergaat", "voordat je verder gaat", "jouw privacy", "uw privacy", "je privacy",
           "toestemming", "cookie instellingen", "cookies accepteren"),
    "no": ("før du fortsetter", "ditt personvern", "vi bryr oss om personvernet ditt", "samtykke"),
    "sv": ("innan du fortsätter", "din integritet", "vi värnar om din integritet", "samtycke"),
    "da": ("før du fortsætter", "dit privatliv", "vi respekterer dit privatliv", "samtykke"),
    "fi": ("ennen kuin jatkat", "yksityisyytesi", "evästeasetukset", "suostumus"),
    "pl": ("zanim przejdziesz dalej", "twoja prywatność", "szanujemy twoją prywatność", "cenimy twoją prywatność",
           "zgoda na przetwarzanie danych"),
    "cs": ("než budete pokračovat", "vaše soukromí", "souhlas", "nastavení cookies"),
    "tr": ("devam etmeden önce", "gizliliğiniz", "gizliliğinize önem veriyoruz"),
    "ru": ("прежде чем продолжить", "ваша конфиденциальность"),
    "ar": ("قبل المتابعة", "خصوصيتك", "نحن نقدر خصوصيتك"),
    "ja": ("続行する前に", "プライバシー設定"),
    "zh": ("继续之前", "您的隐私", "隱私設定"),
}  # fmt: skip

_LOGIN = {
    "en": (
        "sign in", "log in", "login", "please sign in", "please log in", "sign in to continue", "log in to continue",
        "sign in to read", "log in to read", "login required", "you must be logged in", "sign in to your account",
        "log in to your account", "member login", "subscriber login", "subscribers only", "members only",
        "create an account", "register to continue", "create a free account to continue",
    ),
    "de": (
        "anmelden", "einloggen", "anmeldung", "bitte anmelden", "bitte melden sie sich an", "bitte loggen sie sich ein",
        "jetzt anmelden", "nur für abonnenten", "nur für mitglieder", "abonnenten login",
    ),
    "fr": (
        "se connecter", "connexion", "connectez vous", "identifiez vous", "identification", "veuillez vous connecter",
        "connectez vous pour continuer", "réservé aux abonnés",
    ),
    "es": ("iniciar sesión", "inicia sesión", "inicie sesión", "inicia sesión para continuar", "acceder",
           "identifícate", "identifíquese", "solo para suscriptores"),
    "pt": ("iniciar sessão", "entrar", "faça login", "faça login para continuar", "exclusivo para assinantes"),
    "it": ("accedi", "effettua il login", "accedi per continuare", "area riservata", "riservato agli abbonati"),
    "nl": ("inloggen", "log in", "log in om verder te lezen", "aanmelden", "alleen voor abonnees"),
    "no": ("logg inn", "logg inn for å fortsette", "logg inn for å lese"),
    "sv": ("logga in", "logga in för att fortsätta", "logga in för att läsa"),
    "da": ("log ind", "log ind for at fortsætte", "log ind for at læse"),
    "fi": ("kirjaudu", "kirjaudu sisään", "kirjaudu sisään jatkaaksesi"),
    "pl": ("zaloguj się", "logowanie", "zaloguj się aby kontynuować", "tylko dla subskrybentów"),
    "cs": ("přihlášení", "přihlásit se", "přihlaste se"),
    "hu": ("bejelentkezés", "belépés"),
    "tr": ("giriş yap", "oturum aç", "üye girişi"),
    "ru": ("войти", "вход", "авторизация", "войдите чтобы продолжить"),
    "uk": ("увійти", "вхід", "авторизація"),
    "ar": ("تسجيل الدخول", "سجل الدخول للمتابعة"),
    "hi": ("लॉग इन करें", "साइन इन करें"),
    "id": ("masuk", "silakan masuk", "login untuk melanjutkan"),
    "ja": ("ログイン", "ログインしてください"),
    "ko": ("로그인",),
    "zh": ("登录", "登入", "请登录", "請登入"),
}  # fmt: skip


def _keys(table: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The table's phrases as they are compared, each once, the longest first."""
    keys = {line_key(phrase) for phrases in table.values() for phrase in phrases}
    return tuple(sorted(keys, key=lambda key: (-len(key), key)))


PHRASES: Mapping[Reason, tuple[str, ...]] = {
    Reason.SOFT_404: _keys(_NOT_FOUND),
    Reason.CHALLENGE: _keys(_CHALLENGE),
    Reason.CONSENT_WALL: _keys(_CONSENT),
    Reason.LOGIN_WALL: _keys(_LOGIN),
}
"""By what they are the names of."""

CONSENT_WORDS = tuple(
    line_key(word)
    for word in (
        "cookie", "consent", "privacy", "partners", "personal data", "personalised", "personalized",
        "datenschutz", "einwillig", "zustimm", "personenbezogene", "privatsphäre", "tracking",
        "vie privée", "consentement", "données personnelles", "privacidad", "consentimiento", "datos personales",
        "privacidade", "dados pessoais", "consenso", "dati personali", "toestemming", "persoonsgegevens",
        "personvern", "samtykke", "informasjonskapsler", "integritet", "samtycke", "kakor", "privatliv", "eväste",
        "suostumu", "tietosuoja", "prywatnoś", "zgod", "danych osobowych", "soukrom", "souhlas", "osobních údajů",
        "çerez", "gizlilik", "конфиденциальн", "персональн", "согласи", "куки", "ملفات تعريف الارتباط", "خصوصية",
        "クッキー", "同意", "プライバシー", "隐私", "隱私",
    )
)  # fmt: skip
"""Beginnings of words that a paragraph about consent has; matched within its key."""
